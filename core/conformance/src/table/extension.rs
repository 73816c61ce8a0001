//! The extensions that the standard itself defines for cyber-observables, each with the type it belongs to.

use super::structure::{ALTERNATE_DATA_STREAM, PE_OPTIONAL_HEADER, PE_SECTION};
use super::{INTEGER, Kind, NATURAL, Structure, TEXTS, Targets, may, must};
use crate::vocabulary as v;

const FILES: Kind = Kind::List(&Kind::Reference(Targets::Only(&["file"])));

/// Type and extension.
pub const PREDEFINED_EXTENSIONS: &[(&str, Structure)] = &[
    (
        "file",
        Structure {
            name: "archive-ext",
            clause: "§6.7.2",
            properties: &[
                must("contains_refs", Kind::List(&Kind::Reference(Targets::Only(&["file", "directory"]))), "§6.7.2"),
                may("comment", Kind::Text, "§6.7.2"),
            ],
            at_least_one: false,
        },
    ),
    (
        "file",
        Structure {
            name: "ntfs-ext",
            clause: "§6.7.3",
            properties: &[
                may("sid", Kind::Text, "§6.7.3"),
                may("alternate_data_streams", Kind::List(&Kind::Structure(&ALTERNATE_DATA_STREAM)), "§6.7.3"),
            ],
            at_least_one: true,
        },
    ),
    (
        "file",
        Structure {
            name: "pdf-ext",
            clause: "§6.7.4",
            properties: &[
                may("version", Kind::Text, "§6.7.4"),
                may("is_optimized", Kind::Boolean, "§6.7.4"),
                may("document_info_dict", Kind::Dictionary(&Kind::Text), "§6.7.4"),
                may("pdfid0", Kind::Text, "§6.7.4"),
                may("pdfid1", Kind::Text, "§6.7.4"),
            ],
            at_least_one: true,
        },
    ),
    (
        "file",
        Structure {
            name: "raster-image-ext",
            clause: "§6.7.5",
            properties: &[
                may("image_height", INTEGER, "§6.7.5"),
                may("image_width", INTEGER, "§6.7.5"),
                may("bits_per_pixel", INTEGER, "§6.7.5"),
                may("exif_tags", Kind::Dictionary(&Kind::IntegerOrText), "§6.7.5"),
            ],
            at_least_one: true,
        },
    ),
    (
        "file",
        Structure {
            name: "windows-pebinary-ext",
            clause: "§6.7.6",
            properties: &[
                must("pe_type", Kind::Open(&v::WINDOWS_PEBINARY_TYPE), "§6.7.6"),
                may("imphash", Kind::Text, "§6.7.6"),
                may("machine_hex", Kind::Hex, "§6.7.6"),
                may("number_of_sections", NATURAL, "§6.7.6"),
                may("time_date_stamp", Kind::Timestamp, "§6.7.6"),
                may("pointer_to_symbol_table_hex", Kind::Hex, "§6.7.6"),
                may("number_of_symbols", NATURAL, "§6.7.6"),
                may("size_of_optional_header", NATURAL, "§6.7.6"),
                may("characteristics_hex", Kind::Hex, "§6.7.6"),
                may("file_header_hashes", Kind::Hashes, "§6.7.6"),
                may("optional_header", Kind::Structure(&PE_OPTIONAL_HEADER), "§6.7.6"),
                may("sections", Kind::List(&Kind::Structure(&PE_SECTION)), "§6.7.6"),
            ],
            at_least_one: false,
        },
    ),
    (
        "network-traffic",
        Structure {
            name: "http-request-ext",
            clause: "§6.12.2",
            properties: &[
                must("request_method", Kind::Text, "§6.12.2"),
                must("request_value", Kind::Text, "§6.12.2"),
                may("request_version", Kind::Text, "§6.12.2"),
                may("request_header", Kind::Dictionary(&TEXTS), "§6.12.2"),
                may("message_body_length", INTEGER, "§6.12.2"),
                may("message_body_data_ref", Kind::Reference(Targets::Only(&["artifact"])), "§6.12.2"),
            ],
            at_least_one: false,
        },
    ),
    (
        "network-traffic",
        Structure {
            name: "icmp-ext",
            clause: "§6.12.3",
            properties: &[must("icmp_type_hex", Kind::Hex, "§6.12.3"), must("icmp_code_hex", Kind::Hex, "§6.12.3")],
            at_least_one: false,
        },
    ),
    (
        "network-traffic",
        Structure {
            name: "socket-ext",
            clause: "§6.12.4",
            properties: &[
                must("address_family", Kind::Enum(&v::NETWORK_SOCKET_ADDRESS_FAMILY), "§6.12.4"),
                may("is_blocking", Kind::Boolean, "§6.12.4"),
                may("is_listening", Kind::Boolean, "§6.12.4"),
                may("options", Kind::Dictionary(&INTEGER), "§6.12.4"),
                may("socket_type", Kind::Enum(&v::NETWORK_SOCKET_TYPE), "§6.12.4"),
                may("socket_descriptor", NATURAL, "§6.12.4"),
                may("socket_handle", INTEGER, "§6.12.4"),
            ],
            at_least_one: false,
        },
    ),
    (
        "network-traffic",
        Structure {
            name: "tcp-ext",
            clause: "§6.12.5",
            properties: &[may("src_flags_hex", Kind::Hex, "§6.12.5"), may("dst_flags_hex", Kind::Hex, "§6.12.5")],
            at_least_one: true,
        },
    ),
    (
        "process",
        Structure {
            name: "windows-process-ext",
            clause: "§6.13.2",
            properties: &[
                may("aslr_enabled", Kind::Boolean, "§6.13.2"),
                may("dep_enabled", Kind::Boolean, "§6.13.2"),
                may("priority", Kind::Text, "§6.13.2"),
                may("owner_sid", Kind::Text, "§6.13.2"),
                may("window_title", Kind::Text, "§6.13.2"),
                may("startup_info", Kind::Dictionary(&Kind::Any), "§6.13.2"),
                may("integrity_level", Kind::Enum(&v::WINDOWS_INTEGRITY_LEVEL), "§6.13.2"),
            ],
            at_least_one: true,
        },
    ),
    (
        "process",
        Structure {
            name: "windows-service-ext",
            clause: "§6.13.3",
            properties: &[
                may("service_name", Kind::Text, "§6.13.3"),
                may("descriptions", TEXTS, "§6.13.3"),
                may("display_name", Kind::Text, "§6.13.3"),
                may("group_name", Kind::Text, "§6.13.3"),
                may("start_type", Kind::Enum(&v::WINDOWS_SERVICE_START_TYPE), "§6.13.3"),
                may("service_dll_refs", FILES, "§6.13.3"),
                may("service_type", Kind::Enum(&v::WINDOWS_SERVICE_TYPE), "§6.13.3"),
                may("service_status", Kind::Enum(&v::WINDOWS_SERVICE_STATUS), "§6.13.3"),
            ],
            at_least_one: true,
        },
    ),
    (
        "user-account",
        Structure {
            name: "unix-account-ext",
            clause: "§6.16.2",
            properties: &[
                may("gid", INTEGER, "§6.16.2"),
                may("groups", TEXTS, "§6.16.2"),
                may("home_dir", Kind::Text, "§6.16.2"),
                may("shell", Kind::Text, "§6.16.2"),
            ],
            at_least_one: true,
        },
    ),
];
