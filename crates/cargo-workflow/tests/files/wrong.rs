workflow! {
    pub workflow Wrong {
        pass First -> Secnod;
        pass Second -> end;
    }
}
