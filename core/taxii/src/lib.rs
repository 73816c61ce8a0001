//! TAXII 2.1 as data: what a request asks, and the bytes of its answer.
