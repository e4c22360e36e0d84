//! Unknown members of a recursive value are read.

use workflow_runtime::workflow;

workflow! {
    workflow RecursiveShape {
        task Get = dynamodb::getItem { TableName: "t", Key: { id: { S: "1" } } } -> Found;
        pass Show { name: Get.Item.name.s, deep: Get.Item.tree.M.left.M.left.L.N } -> end;
        choice Found { if is_present(Get.Item) -> Show; else -> Done; }
        succeed Done;
    }
}

fn main() {}
