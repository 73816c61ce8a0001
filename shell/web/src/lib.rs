//! The HTTP faces of the desk: workbench pages, JSON API, TAXII.
