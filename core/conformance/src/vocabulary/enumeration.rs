//! Enumerations: other words are unlawful (§2.4).

use super::Vocabulary;

/// How an artifact is encrypted.
pub const ENCRYPTION_ALGORITHM: Vocabulary = Vocabulary {
    name: "encryption-algorithm-enum",
    clause: "§10.4",
    words: &["AES-256-GCM", "ChaCha20-Poly1305", "mime-type-indicated"],
};

/// What an extension adds.
pub const EXTENSION_TYPE: Vocabulary = Vocabulary {
    name: "extension-type-enum",
    clause: "§10.5",
    words: &["new-sdo", "new-sco", "new-sro", "property-extension", "toplevel-property-extension"],
};

/// Address families of sockets.
pub const NETWORK_SOCKET_ADDRESS_FAMILY: Vocabulary = Vocabulary {
    name: "network-socket-address-family-enum",
    clause: "§10.16",
    words: &["AF_UNSPEC", "AF_INET", "AF_IPX", "AF_APPLETALK", "AF_NETBIOS", "AF_INET6", "AF_IRDA", "AF_BTH"],
};

/// Kinds of sockets.
pub const NETWORK_SOCKET_TYPE: Vocabulary = Vocabulary {
    name: "network-socket-type-enum",
    clause: "§10.17",
    words: &["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_RDM", "SOCK_SEQPACKET"],
};

/// How far somebody agrees.
pub const OPINION: Vocabulary = Vocabulary {
    name: "opinion-enum",
    clause: "§10.18",
    words: &["strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"],
};

/// Integrity levels of Windows processes.
pub const WINDOWS_INTEGRITY_LEVEL: Vocabulary =
    Vocabulary { name: "windows-integrity-level-enum", clause: "§10.27", words: &["low", "medium", "high", "system"] };

/// Types of registry values.
pub const WINDOWS_REGISTRY_DATATYPE: Vocabulary = Vocabulary {
    name: "windows-registry-datatype-enum",
    clause: "§10.29",
    words: &[
        "REG_NONE",
        "REG_SZ",
        "REG_EXPAND_SZ",
        "REG_BINARY",
        "REG_DWORD",
        "REG_DWORD_BIG_ENDIAN",
        "REG_DWORD_LITTLE_ENDIAN",
        "REG_LINK",
        "REG_MULTI_SZ",
        "REG_RESOURCE_LIST",
        "REG_FULL_RESOURCE_DESCRIPTION",
        "REG_RESOURCE_REQUIREMENTS_LIST",
        "REG_QWORD",
        "REG_INVALID_TYPE",
    ],
};

/// How a service is started.
pub const WINDOWS_SERVICE_START_TYPE: Vocabulary = Vocabulary {
    name: "windows-service-start-type-enum",
    clause: "§10.30",
    words: &[
        "SERVICE_AUTO_START",
        "SERVICE_BOOT_START",
        "SERVICE_DEMAND_START",
        "SERVICE_DISABLED",
        "SERVICE_SYSTEM_ALERT",
    ],
};

/// Kinds of services.
pub const WINDOWS_SERVICE_TYPE: Vocabulary = Vocabulary {
    name: "windows-service-type-enum",
    clause: "§10.31",
    words: &[
        "SERVICE_KERNEL_DRIVER",
        "SERVICE_FILE_SYSTEM_DRIVER",
        "SERVICE_WIN32_OWN_PROCESS",
        "SERVICE_WIN32_SHARE_PROCESS",
    ],
};

/// States of services.
pub const WINDOWS_SERVICE_STATUS: Vocabulary = Vocabulary {
    name: "windows-service-status-enum",
    clause: "§10.32",
    words: &[
        "SERVICE_CONTINUE_PENDING",
        "SERVICE_PAUSE_PENDING",
        "SERVICE_PAUSED",
        "SERVICE_RUNNING",
        "SERVICE_START_PENDING",
        "SERVICE_STOP_PENDING",
        "SERVICE_STOPPED",
    ],
};
