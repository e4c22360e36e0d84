macro_rules! shared {
    ($($more:tt)*) => {
        workflow! {
            fragment Tell {
                pass Say -> end;
            }
            $($more)*
        }
    };
}

workflow! {
    pub workflow Alone {
        pass Say -> end;
    }
}
