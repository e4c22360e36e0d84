//! The macro that makes `Finding` from its table, which is in `mod.rs`.

macro_rules! findings {
    ($( $name:ident { $($field:ident : $ty:ty),* } $code:tt $message:tt
        $(, help $help:tt)? $(, fix $fix:tt)? $(, says $says:tt)? $(, advises $advises:tt)? ; )*) => {
        /// A mistake. Its fields are the names and places in its message.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "the table has the sentence that says what each is")]
        pub enum Finding {
            $( $name { $($field: $ty),* }, )*
        }

        #[allow(unused_variables, unused_parens, clippy::useless_format, reason = "each row takes the fields that it names")]
        impl Finding {
            /// Returns the stable code.
            pub fn code(&self) -> Code {
                match self { $( Self::$name { $($field),* } => $code, )* }
            }

            /// Returns the message: lower case, no full stop, names in backticks.
            pub fn message(&self, vocabulary: Vocabulary) -> String {
                match self { $( Self::$name { $($field),* } => {
                    $( if vocabulary == Vocabulary::Language { return findings!(@text $says); } )?
                    findings!(@text $message)
                } )* }
            }

            /// Returns how to fix it, if known.
            pub fn help(&self, vocabulary: Vocabulary) -> Option<String> {
                match self { $( Self::$name { $($field),* } => {
                    let of_the_language = if vocabulary == Vocabulary::Language { findings!(@some $($advises)?) } else { None };
                    of_the_language.or_else(|| findings!(@some $($help)?))
                } )* }
            }

            /// Returns the replacement for the words that it is about, if that is certain.
            pub fn fix(&self) -> Option<Fix> {
                match self { $( Self::$name { $($field),* } => findings!(@some $($fix)?), )* }
            }
        }
    };
    (@text $text:literal) => { format!($text) };
    (@text $text:tt) => { $text };
    (@some) => { None };
    (@some $text:literal) => { Some(format!($text)) };
    (@some $text:tt) => { $text };
}

pub(super) use findings;
