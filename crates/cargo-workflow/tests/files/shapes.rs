workflow! {
    workflow Draw {
        input {
            shape: Shape,
            #[validate(length(min = 1, max = 2))]
            ids: Vec<String>,
            #[validate(regex(pattern = "^[A-Z]{2}$"))]
            code: String,
        }
        enum Shape { Circle(f64), Rect { width: f64, height: f64 }, Dot }
        pass Drawn = input.shape -> end;
    }
    workflow Mark {
        input { mark: Sign }
        #[serde(tag = "kind")]
        enum Sign { Circle { radius: f64 }, Dot }
        pass Marked = input.mark -> end;
    }
}
