//! The HTTP edge that desk and gate share: a strict, bounded listener.
