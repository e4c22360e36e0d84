use workflow_runtime::Schema;

#[derive(Schema)]
#[schema(name = "order")]
pub struct Order {
    pub id: u8,
}

#[derive(Schema)]
pub struct Line {
    #[schema(skip)]
    pub id: u8,
}

#[derive(Schema)]
pub union Both {
    pub a: u8,
    pub b: i8,
}

fn is_schema<T: Schema>() {}

fn main() {
    is_schema::<std::sync::mpsc::Sender<u8>>();
}
