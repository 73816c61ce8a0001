//! Stub until the branch `romanise` is merged.
#![allow(missing_docs, dead_code, reason = "stub")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Script {
    Latin,
    Cyrillic,
    Greek,
    Arabic,
    Hebrew,
    Devanagari,
    Han,
    Kana,
    Hangul,
    Thai,
    Other,
}
pub fn script_of(c: char) -> Option<Script> {
    Some(match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => Script::Latin,
        '\u{400}'..='\u{52f}' => Script::Cyrillic,
        '\u{370}'..='\u{3ff}' => Script::Greek,
        '\u{600}'..='\u{6ff}' => Script::Arabic,
        '\u{590}'..='\u{5ff}' => Script::Hebrew,
        '\u{900}'..='\u{97f}' => Script::Devanagari,
        '\u{4e00}'..='\u{9fff}' => Script::Han,
        '\u{3040}'..='\u{30ff}' => Script::Kana,
        '\u{ac00}'..='\u{d7af}' => Script::Hangul,
        '\u{e00}'..='\u{e7f}' => Script::Thai,
        _ => return None,
    })
}
pub struct Reach;
impl Reach {
    pub fn get(&self, _: usize, _: usize) -> bool {
        false
    }
    pub fn whole(&self) -> bool {
        false
    }
}
pub fn reach(_: &[char], _: &[u8]) -> Reach {
    Reach
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(u64);
impl Key {
    pub fn len(&self) -> usize {
        0
    }
    pub fn prefix(&self, _: usize) -> Key {
        *self
    }
}
pub fn latin_key(_: &[u8]) -> Key {
    Key(0)
}
pub fn native_keys(_: &[char]) -> Vec<Key> {
    Vec::new()
}
pub fn han_simplified(c: char) -> char {
    c
}
pub fn pinyin_syllables(_: &[u8]) -> Option<Vec<(usize, usize)>> {
    None
}
