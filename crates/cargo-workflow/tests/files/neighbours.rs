workflow! {
    workflow Declares {
        input { lines: Vec<Line>, kind: Kind, unused: Option<Unused> }
        struct Unused { of: self::Own }
        enum Kind { Book, Paper }
        struct Line { name: String, note: Option<String> }
        pass First { name: input.lines[0].name ?? "", kind: input.kind } -> end;
    }
    workflow Uses {
        input { lines: Vec<Line>, kind: Kind }
        choice IsBook { if input.kind == Kind::Book -> Each; else -> Each; }
        map Each over input.lines as line {
            pass Twice { name: line.name + line.name, note: line.note ?? "" } -> end;
        } -> end;
    }
}
