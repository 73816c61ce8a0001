//! Names in many scripts and how they are written; names that are not theirs; every accepted spelling has its key.
//!
//! Guarantees: spellings are chosen from the lattice itself, so that no scheme is left out. Does not know: real persons; all names are
//! invented.

use super::lattice::Word;
use super::spelling::Spelling;
use super::*;
use proptest::prelude::*;

/// Columns: the word, how it is written, how it is not written.
const NAMES: &str = include_str!("names.tsv");

fn names() -> impl Iterator<Item = (Vec<char>, Vec<&'static str>, Vec<&'static str>)> {
    NAMES.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut columns = line.split('\t');
        let mut words = || columns.next().unwrap_or_default();
        let (word, yes, no) = (words(), words(), words());
        (word.chars().collect(), yes.split_whitespace().collect(), no.split_whitespace().collect())
    })
}

fn plain(word: &str) -> Vec<u8> {
    crate::Text::of(word).chars.iter().map(|letter| *letter as u8).collect()
}

#[test]
fn names_are_found_as_people_write_them_and_others_are_not() {
    let mut wrong = Vec::new();
    for (word, yes, no) in names() {
        let name: String = word.iter().collect();
        for latin in &yes {
            if !reach(&word, &plain(latin)).whole() {
                wrong.push(format!("{name} is not {latin}"));
            } else if !native_keys(&word).iter().any(|key| latin_key(&plain(latin)).prefix(key.len()) == *key) {
                wrong.push(format!("{name} has not the key of {latin}"));
            }
        }
        for latin in no.iter().filter(|latin| reach(&word, &plain(latin)).whole()) {
            wrong.push(format!("{name} is {latin}"));
        }
        if native_keys(&word).iter().any(|key| key.len() > 12) || native_keys(&word).len() > KEYS_MAX {
            wrong.push(format!("{name} has too many keys"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Names of other rows are not accepted, but for those that share a spelling: Gorbachev with and without its dots, Muhammad and
/// Mahmud, Said and Sayyid.
#[test]
fn names_of_other_rows_are_not_found() {
    let all: Vec<_> = names().collect();
    let mut pairs = Vec::new();
    for (word, yes, _) in &all {
        for (other, spellings, _) in &all {
            for latin in spellings.iter().filter(|latin| word != other && !yes.contains(latin)) {
                if reach(word, &plain(latin)).whole() {
                    pairs.push(format!("{} {latin}", word.iter().collect::<String>()));
                }
            }
        }
    }
    assert!(pairs.len() <= 13, "{pairs:#?}");
}

#[test]
fn the_beginnings_of_words_are_compared_too() {
    let reached = reach(&"воронцов".chars().collect::<Vec<_>>(), b"vorontsovskogo");
    assert!(reached.get(8, 9));
    assert!(!reached.get(8, 8));
    assert!(!reached.whole());
    assert!(!reached.get(9, 9));
    assert!(!reached.get(8, 500));
    assert!(reach(&[], b"").whole());
}

/// Letters of which words are made; letters that are read together are there together.
const LETTERS: [&str; 13] = [
    "абвгдежзийклмнопрстуфхцчшщъыьэюяєіїґўђљњћџёәқң",
    "αβγδεζηθικλμνξοπρςστυφχψωάέϊΰ",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآؤئپچژگ",
    "אבגדהוזחטיכלמנסעפצקרשתךםןףץ",
    "अआइईउकखगघचछजझञटडतथदधनपफबभमयरलवशषसहािीुूेैोौंः्ृ",
    "王张張李小明吕乐单曾钱学森伟國华绿",
    "あいうえおかきくさしすちつてとにひふんがじょゃゅっーサトウヨッ",
    "김이박최정강조윤장임민수지영",
    "აბგვზთიკოჟრუფქღყშჩცძწჭხჯ",
    "աբգդեթժիլխծկհձղճյնշոչջռստրցւփքև",
    "กขคงจชดตทธนบปพมยรลวสหอะาิีุูเแโไั์่",
    "কমলসুিত্রাযৎமுகனசடத్వెంకటಗੁੱੰൻർ",
    "abcxyzäöüßçğışøåæłñčšžđ",
];

fn words() -> impl Strategy<Value = Vec<char>> {
    (0..LETTERS.len(), prop::collection::vec(any::<usize>(), 1..10)).prop_map(|(script, letters)| {
        let pool: Vec<char> = LETTERS[script].chars().collect();
        letters.into_iter().map(|at| pool[at % pool.len()]).collect()
    })
}

/// Writes a word, each letter with one of its spellings.
fn written(word: &[char], choices: &[usize]) -> Option<Vec<u8>> {
    let lattice = Word::new(word);
    let mut choices = choices.iter().copied().cycle();
    let mut choose = move |among: usize| choices.next().unwrap_or(0) % among;
    let (mut at, mut latin) = (0, Vec::new());
    while at < word.len() {
        let mut steps = Vec::new();
        lattice.steps(at, |step| {
            let behind = step.behind.iter().filter(|group| !group.is_empty()).map(|group| group.all.to_vec());
            let groups: Vec<Vec<Spelling>> = std::iter::once(step.spellings.all.to_vec()).chain(behind).collect();
            steps.push((step.letters, step.doubles, groups));
        });
        if steps.is_empty() || at + steps.iter().map(|step| step.0).min()? > word.len() {
            return None;
        }
        let (letters, doubles, groups) = steps.swap_remove(choose(steps.len()));
        for (number, group) in groups.iter().enumerate() {
            let spelling = group[choose(group.len())];
            latin.extend_from_slice(spelling.letters());
            if let (true, 0, Some(letter), 0) = (doubles, number, spelling.doubled(), choose(3)) {
                latin.push(letter);
            }
        }
        at += letters;
    }
    Some(latin)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_spelling_is_accepted_and_has_its_key(word in words(), choices in prop::collection::vec(0_usize..64, 40)) {
        if let Some(latin) = written(&word, &choices) {
            let spelled = String::from_utf8_lossy(&latin).into_owned();
            prop_assert!(reach(&word, &latin).whole(), "{word:?} {spelled}");
            let begins = latin.first().is_none_or(|letter| first_letters(&word, Reading::Chinese) >> (letter - b'a') & 1 == 1);
            prop_assert!(begins, "{word:?} {spelled}");
            let keys = native_keys(&word);
            prop_assert!(keys.len() <= KEYS_MAX);
            let key = latin_key(&latin);
            prop_assert!(keys.iter().any(|one| key.prefix(one.len()) == *one), "{word:?} {spelled} {key:?} {keys:?}");
        }
    }

    #[test]
    fn nothing_stops_it(word in "\\PC{0,12}", latin in "[a-z]{0,140}") {
        let word: Vec<char> = word.chars().collect();
        let reached = reach(&word, latin.as_bytes());
        if reached.whole() {
            let key = latin_key(latin.as_bytes());
            prop_assert!(native_keys(&word).iter().any(|one| key.prefix(one.len()) == *one));
        }
        prop_assert!(native_keys(&word).len() <= KEYS_MAX);
        pinyin_syllables(latin.as_bytes());
    }
}
