//! What characters that are not seen say: tag characters stand for letters, variation selectors for bytes.

/// Text written in characters that are not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// A tag character, and the ASCII character it stands for.
    Letter(char),
    /// A variation selector, and the byte that hidden messages are commonly written with it for: selectors 1 to 16 are 0 to 15,
    /// 17 to 256 are 16 to 255.
    Byte(u8),
}

/// Returns what a character says although it is not seen.
pub fn hidden(character: char) -> Option<Hidden> {
    let number = character as u32;
    let byte = |offset: u32| u8::try_from(offset).ok();
    match character {
        '\u{e0020}'..='\u{e007e}' => byte(number - 0xe_0000).map(|letter| Hidden::Letter(char::from(letter))),
        '\u{fe00}'..='\u{fe0f}' => byte(number - 0xfe00).map(Hidden::Byte),
        '\u{e0100}'..='\u{e01ef}' => byte(number - 0xe_0100 + 16).map(Hidden::Byte),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_letters_and_selectors_are_bytes() {
        for (character, expect) in [
            ('\u{e0041}', Some(Hidden::Letter('A'))),
            ('\u{e0020}', Some(Hidden::Letter(' '))),
            ('\u{e007e}', Some(Hidden::Letter('~'))),
            ('\u{e007f}', None),
            ('\u{e0001}', None),
            ('\u{fe00}', Some(Hidden::Byte(0))),
            ('\u{fe0f}', Some(Hidden::Byte(15))),
            ('\u{e0100}', Some(Hidden::Byte(16))),
            ('\u{e01ef}', Some(Hidden::Byte(255))),
            ('\u{200b}', None),
            ('a', None),
        ] {
            assert_eq!(hidden(character), expect);
        }
    }
}
