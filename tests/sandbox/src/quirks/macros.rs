//! Makes the types of the switches out of their table.

/// For each switch an enum of its readings; for all of them [`Quirks`](super::Quirks), with a table for those who know a
/// switch by its name only.
macro_rules! switches {
    ($(
        $name:ident: $Type:ident, $about:literal {
            $Usual:ident = $usual:literal: $usual_meaning:literal,
            $($Value:ident = $word:literal: $meaning:literal,)+
        }
    )+) => {
        $(
            #[doc = $about]
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            pub enum $Type {
                #[doc = $usual_meaning]
                #[default]
                $Usual,
                $(#[doc = $meaning] $Value,)+
            }

            impl $Type {
                const ALL: &'static [(Self, &'static str)] = &[(Self::$Usual, $usual), $((Self::$Value, $word),)+];
            }
        )+

        /// How the sandbox reads what the contract leaves open. The default is the usual reading of each switch.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Quirks {
            $(#[doc = $about] pub $name: $Type,)+
        }

        impl Quirks {
            /// Every switch, with every reading it has.
            pub const SWITCHES: &'static [$crate::quirks::Switch] = &[$($crate::quirks::Switch {
                name: stringify!($name),
                about: $about,
                readings: &[
                    ($usual, $usual_meaning),
                    $(($word, $meaning),)+
                ],
            },)+];

            /// The reading a switch stands at.
            pub(super) fn reading(&self, name: &str) -> Option<&'static str> {
                match name {
                    $(stringify!($name) => $Type::ALL.iter().find(|one| one.0 == self.$name).map(|one| one.1),)+
                    _ => None,
                }
            }

            /// Turns a switch; `false` if it, or the reading, is not there.
            pub(crate) fn turn(&mut self, name: &str, word: &str) -> bool {
                match name {
                    $(stringify!($name) => $Type::ALL.iter().find(|one| one.1 == word).map(|one| self.$name = one.0),)+
                    _ => None,
                }
                .is_some()
            }
        }
    };
}
pub(super) use switches;
