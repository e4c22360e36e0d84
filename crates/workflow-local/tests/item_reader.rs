//! Tests the item readers of distributed maps: formats, compression, versions, manifests, listings, limits.

use std::io::Write;
use std::sync::Arc;
use workflow_cases::every;

use serde_json::{Value, json};
use workflow_local::{Engine, Execution, MemoryStore, ObjectStore};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &str) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest)
}

/// Returns a distributed map whose children give back what they get.
fn map(call: &str, parameters: Value, config: Value, further: Value) -> Value {
    let mut state = json!({
        "Type": "Map",
        "ItemReader": { "Resource": format!("arn:aws:states:::s3:{call}"), "Parameters": parameters },
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS" },
            "StartAt": "Same", "States": { "Same": { "Type": "Pass", "End": true } }
        },
        "End": true
    });
    if config != json!({}) {
        state["ItemReader"]["ReaderConfig"] = config;
    }
    for (name, value) in further.as_object().unwrap() {
        state[name] = value.clone();
    }
    json!({ "StartAt": "Each", "States": { "Each": state } })
}

fn run(machine: &Value, store: &Arc<MemoryStore>, input: &Value) -> Execution {
    Engine::new(machine).unwrap().object_store(Arc::clone(store) as Arc<dyn ObjectStore>).run(input).unwrap()
}

fn store(objects: &[(&str, &[u8])]) -> Arc<MemoryStore> {
    let store = MemoryStore::new();
    for (key, bytes) in objects {
        store.put("b", key, bytes.to_vec()).unwrap();
    }
    Arc::new(store)
}

/// Returns what a map over one object gives.
fn read(key: &str, bytes: &[u8], config: Value) -> Execution {
    run(&map("getObject", json!({ "Bucket": "b", "Key": key }), config, json!({})), &store(&[(key, bytes)]), &json!({}))
}

#[test]
fn reads_every_format_compressed_or_not() {
    let csv = json!({ "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" });
    let rows = json!([{ "a": "1", "b": "2" }, { "a": "3", "b": "" }]);
    let text = "a,b\n1,2\n3\n";
    read("x.csv", text.as_bytes(), csv.clone()).assert_output(rows.clone());
    read("x.csv.gz", &gzip(text), csv.clone()).assert_output(rows.clone());
    // A compressed object may have several members.
    read("x.csv.gz", &[gzip("a,b\n1,2\n"), gzip("3\n")].concat(), csv.clone()).assert_output(rows.clone());
    read("x.csv.zst", &[zstd("a,b\n1,2\n"), zstd("3\n")].concat(), csv).assert_output(rows.clone());
    let given =
        json!({ "InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "b"], "CSVDelimiter": "PIPE" });
    read("x", b"1|2\n3|\n", given).assert_output(rows.clone());
    let lines = "{\"a\":\"1\",\"b\":\"2\"}\n\n{\"a\":\"3\",\"b\":\"\"}";
    read("x.jsonl.gz", &gzip(lines), json!({ "InputType": "JSONL" })).assert_output(rows.clone());
    read("x.json.zst", &zstd(&rows.to_string()), json!({ "InputType": "JSON" })).assert_output(rows.clone());
    let nested = json!({ "deep": [{ "rows": rows }] }).to_string();
    read("x", nested.as_bytes(), json!({ "InputType": "JSON", "ItemsPointer": "/deep/0/rows" })).assert_output(rows);
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let json = || json!({ "InputType": "JSON" });
    let lines = || json!({ "InputType": "JSONL" });
    let csv = || json!({ "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" });
    let parquet = match cfg!(feature = "parquet") {
        true => "b/x: The object is not a Parquet file that can be read",
        false => "with the feature `parquet` of workflow-local, which is off",
    };
    every(
        [
            ("x", b"{".to_vec(), json(), "b/x: The object is not JSON"),
            ("x", b"1\n\n{\n".to_vec(), lines(), "b/x: Line 3 is not JSON"),
            ("x", vec![0xff], csv(), "b/x: The object is not UTF-8 text."),
            ("x", gzip("a\n1"), csv(), "compressed with gzip, so its key must end in .gz."),
            ("x.gz", b"a".to_vec(), csv(), "b/x.gz: The object cannot be decompressed"),
            ("x.zst", b"aaaaaaaa".to_vec(), csv(), "b/x.zst: The object cannot be decompressed"),
            ("x", b"a,a\n".to_vec(), csv(), "CSV headers cannot contain duplicates."),
            ("x", b"1".to_vec(), json(), "Attempting to map over non-iterable node."),
            ("x", b"PAR1".to_vec(), json!({ "InputType": "PARQUET" }), parquet),
            (
                "x",
                b"{}".to_vec(),
                json!({ "InputType": "JSON", "ItemsPointer": "/a" }),
                "The ItemsPointer '/a' points to nothing.",
            ),
        ],
        |(key, bytes, config, cause)| {
            let execution = read(key, &bytes, config);
            execution.assert_failed("States.ItemReaderFailed");
            assert!(execution.cause().unwrap().contains(cause), "{execution}");
        },
    );
}

/// Returns a Parquet file with so many rows, some of them without a note.
#[cfg(feature = "parquet")]
fn parquet_file(rows: i32, compression: parquet::basic::Compression) -> Result<Vec<u8>, parquet::errors::ParquetError> {
    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    let schema = "message row { REQUIRED INT32 id; OPTIONAL BYTE_ARRAY note (UTF8); REQUIRED DOUBLE total;
                  REQUIRED INT32 day (DATE); }";
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut bytes = Vec::new();
    let mut writer =
        SerializedFileWriter::new(&mut bytes, Arc::new(parse_message_type(schema)?), Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    let ids: Vec<i32> = (0..rows).collect();
    let there: Vec<i16> = ids.iter().map(|id| i16::from(id % 2 == 0)).collect();
    let notes: Vec<ByteArray> =
        ids.iter().filter(|id| *id % 2 == 0).map(|id| ByteArray::from(format!("n{id}").as_str())).collect();
    let totals: Vec<f64> = ids.iter().map(|id| f64::from(*id) + 0.5).collect();
    let mut number = 0;
    while let Some(mut column) = group.next_column()? {
        match number {
            1 => drop(column.typed::<ByteArrayType>().write_batch(&notes, Some(&there), None)?),
            2 => drop(column.typed::<DoubleType>().write_batch(&totals, None, None)?),
            _ => drop(column.typed::<Int32Type>().write_batch(&ids, None, None)?),
        }
        column.close()?;
        number += 1;
    }
    group.close()?;
    writer.close()?;
    Ok(bytes)
}

#[cfg(feature = "parquet")]
#[test]
fn reads_the_rows_of_parquet_files() {
    use parquet::basic::{Compression, GzipLevel};

    let days = ["1970-01-01", "1970-01-02", "1970-01-03", "1970-01-04", "1970-01-05"];
    let row = |id: i32| {
        let note = if id % 2 == 0 { json!(format!("n{id}")) } else { Value::Null };
        json!({ "id": id, "note": note, "total": f64::from(id) + 0.5, "day": days[usize::try_from(id).unwrap()] })
    };
    let config = || json!({ "InputType": "PARQUET" });
    for compression in [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::GZIP(GzipLevel::default())] {
        for rows in [0, 1, 5] {
            let file = parquet_file(rows, compression).unwrap();
            read("x.parquet", &file, config()).assert_output((0..rows).map(row).collect::<Value>());
        }
    }
    let file = parquet_file(5, Compression::SNAPPY).unwrap();
    read("x", &file, json!({ "InputType": "PARQUET", "MaxItems": 2 })).assert_output(json!([row(0), row(1)]));
    // Each file that was cut or changed is rejected, or has rows.
    for at in (0..file.len()).step_by(3) {
        let mut changed = file.clone();
        changed[at] ^= 0x5a;
        for bytes in [&file[..at], &changed] {
            let execution = read("x", bytes, config());
            assert!(execution.output().is_some() || execution.error() == Some("States.ItemReaderFailed"), "{at}");
        }
    }
}

#[test]
fn a_version_is_read_where_it_is_asked_for() {
    let store = store(&[("x", b"[1]")]);
    store.put_version("b", "x", "v0", b"[0]".to_vec());
    let machine = |version| {
        map(
            "getObject",
            json!({ "Bucket": "b", "Key": "x", "VersionId": version }),
            json!({ "InputType": "JSON" }),
            json!({}),
        )
    };
    run(&machine("v0"), &store, &json!({})).assert_output(json!([0]));
    run(&machine("null"), &store, &json!({})).assert_output(json!([1]));
    run(&machine("v7"), &store, &json!({})).assert_failed("States.ItemReaderFailed");
}

#[test]
fn reads_as_many_items_as_it_is_told() {
    let store = store(&[("x.csv", b"a\n1\n2\n3\n"), ("x.json", b"{\"rows\":[1,2,3],\"other\":0}")]);
    let csv = json!({ "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItemsPath": "$.most" });
    let machine = map("getObject", json!({ "Bucket": "b", "Key": "x.csv" }), csv, json!({}));
    every([(1, 1), (2, 2), (3, 3), (9, 3), (0, 3)], |(most, items)| {
        let execution = run(&machine, &store, &json!({ "most": most }));
        assert_eq!(execution.assert_succeeded().as_array().unwrap().len(), items, "{execution}");
    });
    run(&machine, &store, &json!({ "most": -1 })).assert_failed("States.ItemReaderFailed");
    // Above the limit of 100 million it is as good as none.
    run(&machine, &store, &json!({ "most": 100_000_001 })).assert_succeeded();
    let json = json!({ "InputType": "JSON", "MaxItems": 2, "ItemsPointer": "/rows" });
    let machine = map("getObject", json!({ "Bucket": "b", "Key": "x.json" }), json, json!({}));
    run(&machine, &store, &json!({})).assert_output(json!([1, 2]));
}

#[test]
fn a_reader_takes_no_notice_of_items_path_and_items() {
    let store = store(&[("x.json", b"[[\"from-bucket\"]]"), ("o.json", b"{\"rows\":[1,2]}")]);
    let input = json!({ "from_input": ["i"] });
    let of = |key: &str, path: &str| {
        let json = json!({ "InputType": "JSON" });
        map("getObject", json!({ "Bucket": "b", "Key": key }), json, json!({ "ItemsPath": path }))
    };
    // Whether it leads somewhere in what was read, in the input, or nowhere.
    every(["$[0]", "$.from_input", "$.no.such", "$$.Execution.Input.from_input"], |path| {
        run(&of("x.json", path), &store, &input).assert_output(json!([["from-bucket"]]));
    });
    run(&of("o.json", "$.rows"), &store, &input).assert_output(json!([{ "Key": "rows", "Value": [1, 2] }]));
    let mut machine = of("x.json", "$");
    let state = &mut machine["States"]["Each"];
    let reader = state["ItemReader"].as_object_mut().unwrap();
    let parameters = reader.remove("Parameters").unwrap();
    reader.insert("Arguments".to_owned(), parameters);
    state["QueryLanguage"] = json!("JSONata");
    state.as_object_mut().unwrap().remove("ItemsPath");
    state["Items"] = json!([7, 8]);
    run(&machine, &store, &input).assert_output(json!([["from-bucket"]]));
}

#[test]
fn an_item_tells_its_source() {
    let store = store(&[("in/1.csv", b"a\n1\n"), ("in/2.csv", b"a\n2\n3\n"), ("o.json", b"{\"x\":1}")]);
    let selector = json!({ "ItemSelector": { "source.$": "$$.Map.Item.Source", "at.$": "$$.Map.Item.Index" },
        "ResultSelector": { "all.$": "$[*].source" }, "OutputPath": "$.all" });
    let sources = |call: &str, parameters: Value, config: Value| {
        let machine = map(call, parameters, config, selector.clone());
        run(&machine, &store, &json!({})).assert_succeeded().value().clone()
    };
    let csv = json!({ "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" });
    let key = |key: &str| json!({ "Bucket": "b", "Key": key });
    let prefix = json!({ "Bucket": "b", "Prefix": "in/" });
    assert_eq!(sources("getObject", key("in/2.csv"), csv.clone()), json!(["s3://b/in/2.csv", "s3://b/in/2.csv"]));
    assert_eq!(sources("getObject", key("o.json"), json!({ "InputType": "JSON" })), json!(["s3://b/o.json"]));
    assert_eq!(sources("listObjectsV2", prefix.clone(), json!({})), json!(["s3://b", "s3://b"]));
    let mut flat = csv;
    flat["Transformation"] = json!("LOAD_AND_FLATTEN");
    let each = json!(["s3://b/in/1.csv", "s3://b/in/2.csv", "s3://b/in/2.csv"]);
    assert_eq!(sources("listObjectsV2", prefix, flat), each);
    // Items of a manifest come from the objects that it lists.
    let manifest = json!({ "destinationBucket": "arn:aws:s3:::inventories", "fileFormat": "CSV", "fileSchema": "Bucket, Key",
        "files": [{ "key": "d/1.csv" }] });
    store.put("b", "manifest.json", manifest.to_string().into_bytes()).unwrap();
    store.put("inventories", "d/1.csv", b"p,a.png\n".to_vec()).unwrap();
    let inventory = sources("getObject", key("manifest.json"), json!({ "InputType": "MANIFEST" }));
    assert_eq!(inventory, json!(["s3://inventories/d/1.csv"]));
    // Without a reader they come from the input, in a distributed map; and what is selected goes into batches.
    let mut machine = map("getObject", json!({}), json!({}), selector.clone());
    let state = machine["States"]["Each"].as_object_mut().unwrap();
    state.remove("ItemReader");
    run(&machine, &store, &json!([5, 6])).assert_output(json!(["STATE_DATA", "STATE_DATA"]));
    let mut machine = map("getObject", key("o.json"), json!({ "InputType": "JSON" }), selector);
    let state = machine["States"]["Each"].as_object_mut().unwrap();
    state.insert("ItemBatcher".to_owned(), json!({ "MaxItemsPerBatch": 5 }));
    state["ResultSelector"] = json!({ "all.$": "$[0].Items[*].source" });
    run(&machine, &store, &json!({})).assert_output(json!(["s3://b/o.json"]));
}

#[test]
fn text_may_begin_with_a_byte_order_mark_and_rows_end_with_a_carriage_return() {
    let csv = || json!({ "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" });
    let rows = json!([{ "a": "1", "b": "2" }, { "a": "3", "b": "4" }]);
    every(["\u{feff}a,b\n1,2\n3,4\n", "a,b\r1,2\r3,4\r", "\u{feff}\"a\",b\r\n1,2\r\n\r\n3,4"], |text| {
        read("x.csv", text.as_bytes(), csv()).assert_output(rows.clone());
        read("x.csv.gz", &gzip(text), csv()).assert_output(rows.clone());
    });
    let json = format!("\u{feff}{rows}");
    read("x.json", json.as_bytes(), json!({ "InputType": "JSON" })).assert_output(rows.clone());
    let lines = "\u{feff}{\"a\":\"1\",\"b\":\"2\"}\r\n{\"a\":\"3\",\"b\":\"4\"}";
    read("x.jsonl", lines.as_bytes(), json!({ "InputType": "JSONL" })).assert_output(rows);
}

#[test]
fn json_may_be_nested_deep() {
    let nested = |depth: usize| format!("{}1{}", "{\"a\":[".repeat(depth / 2), "]}".repeat(depth / 2));
    every([128, 300, 490], |depth| {
        let text = nested(depth);
        let execution = read("x", format!("[{text}]").as_bytes(), json!({ "InputType": "JSON" }));
        assert_eq!(execution.assert_succeeded().to_string(), format!("[{text}]"));
        let execution = read("x", format!("{text}\n{text}").as_bytes(), json!({ "InputType": "JSONL" }));
        assert_eq!(execution.assert_succeeded().to_string(), format!("[{text},{text}]"));
    });
    let execution = read("x", nested(2000).as_bytes(), json!({ "InputType": "JSON" }));
    execution.assert_failed("States.ItemReaderFailed");
    let cause = execution.cause().unwrap();
    assert_eq!(cause, "b/x: The object is not JSON: it is nested 2000 deep, but the limit is 500");
}

/// Returns a frame of Zstandard that has many blocks of one byte, repeated: <https://www.rfc-editor.org/rfc/rfc8878>.
fn zstd_bomb(blocks: usize) -> Vec<u8> {
    // The magic number, no content size, a window of 128 KiB.
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
    for block in 1..=blocks {
        let header: u32 = u32::from(block == blocks) | 1 << 1 | (128 * 1024) << 3;
        frame.extend(header.to_le_bytes().get(..3).unwrap());
        frame.push(b'[');
    }
    frame
}

#[test]
fn what_would_fill_the_memory_is_refused_by_name() {
    let small = zstd_bomb(3);
    let execution = read("x.zst", &small, json!({ "InputType": "JSONL" }));
    assert!(execution.cause().unwrap().contains("Line 1 is not JSON: it is nested 393216 deep"), "{execution}");
    let execution = read("x.zst", &zstd_bomb(2049), json!({ "InputType": "JSON" }));
    execution.assert_failed("States.ItemReaderFailed");
    let expected = "b/x.zst: The object has more than 268435456 bytes, decompressed";
    assert!(execution.cause().unwrap().starts_with(expected), "{execution}");
    let csv = || json!({ "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" });
    let columns = |count: usize| (0..count).map(|at| format!("c{at}")).collect::<Vec<_>>().join(",");
    let wide = read("x", format!("{}\n1\n", columns(20_000)).as_bytes(), csv());
    wide.assert_failed("States.ItemReaderFailed");
    let expected = "b/x: The CSV header has 20000 columns in 128889 bytes, and may have 10240 bytes.";
    assert_eq!(wide.cause(), Some(expected));
    read("x", format!("{}\n1\n", columns(1500)).as_bytes(), csv()).assert_succeeded();
    let given = json!({ "InputType": "CSV", "CSVHeaderLocation": "GIVEN",
        "CSVHeaders": (0..20_000).map(|at| format!("c{at}")).collect::<Vec<_>>() });
    read("x", b"1\n", given).assert_failed("States.ItemReaderFailed");
    let brackets = format!("[{}[]]", "[],".repeat(2_500_001));
    let brackets = read("x", brackets.as_bytes(), json!({ "InputType": "JSON" }));
    assert!(brackets.cause().unwrap().contains("more than 5000000 values"), "{brackets}");
}

#[test]
fn lists_objects_and_reads_them_in_turn() {
    let store = store(&[("in/", b""), ("in/1.csv", b"a\n1\n"), ("in/2.csv.gz", &gzip("a,b\n2,x\n")), ("out", b"")]);
    let parameters = json!({ "Bucket": "b", "Prefix": "in/" });
    let listed = run(&map("listObjectsV2", parameters.clone(), json!({}), json!({})), &store, &json!({}));
    let items = listed.assert_succeeded().as_array().unwrap();
    assert_eq!(items.len(), 3);
    let first = json!({
        "Etag": "\"34ff2335cbe2045ddc3b78993d1e971d\"", "Key": "in/1.csv", "LastModified": 1_735_689_600, "Size": 4, "StorageClass": "STANDARD"
    });
    assert_eq!(items[1], first);
    // The tag of no bytes.
    assert_eq!(items[0]["Etag"], "\"d41d8cd98f00b204e9800998ecf8427e\"");
    let config = json!({ "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "Transformation": "LOAD_AND_FLATTEN" });
    let machine = map("listObjectsV2", parameters.clone(), config.clone(), json!({}));
    run(&machine, &store, &json!({})).assert_output(json!([{ "a": "1" }, { "a": "2", "b": "x" }]));
    let mut first = config;
    first["MaxItems"] = json!(1);
    let machine = map("listObjectsV2", parameters, first, json!({}));
    run(&machine, &store, &json!({})).assert_output(json!([{ "a": "1" }]));
}

#[test]
fn reads_an_inventory_of_s3() {
    let manifest = json!({
        "sourceBucket": "photos", "destinationBucket": "arn:aws:s3:::inventories", "version": "2016-11-30",
        "fileFormat": "CSV", "fileSchema": "Bucket, Key, Size",
        "files": [{ "key": "data/1.csv.gz", "size": 1, "MD5checksum": "" }, { "key": "data/2.csv.gz" }]
    });
    let store = store(&[("manifest.json", manifest.to_string().as_bytes())]);
    store.put("inventories", "data/1.csv.gz", gzip("\"photos\",\"a.png\",\"7\"\n")).unwrap();
    store.put("inventories", "data/2.csv.gz", gzip("\"photos\",\"b+%C3%A9%2B.png\",\"8\"\n")).unwrap();
    let items = json!([
        { "Bucket": "photos", "Key": "a.png", "Size": "7" },
        { "Bucket": "photos", "Key": "b é+.png", "Size": "8" }
    ]);
    let parameters = json!({ "Bucket": "b", "Key": "manifest.json" });
    every([json!({ "InputType": "MANIFEST" }), json!({ "ManifestType": "S3_INVENTORY" })], |config| {
        run(&map("getObject", parameters.clone(), config, json!({})), &store, &json!({})).assert_output(items.clone());
    });
    let refused = json!({ "fileFormat": "ORC", "fileSchema": "", "destinationBucket": "x", "files": [] });
    let execution = read("m", refused.to_string().as_bytes(), json!({ "InputType": "MANIFEST" }));
    execution.assert_failed("States.ItemReaderFailed");
    assert!(execution.cause().unwrap().contains("is of ORC files, and must be of CSV files"), "{execution}");
}

#[test]
fn reads_what_athena_unloaded() {
    let store = store(&[("q-manifest.csv", b"s3://lake/q/1.gz\ns3://lake/q/2.gz\n")]);
    store.put("lake", "q/1.gz", gzip("{\"n\":1}\n{\"n\":2}\n")).unwrap();
    store.put("lake", "q/2.gz", gzip("{\"n\":3}\n")).unwrap();
    let parameters = json!({ "Bucket": "b", "Key": "q-manifest.csv" });
    let config = json!({ "ManifestType": "ATHENA_DATA", "InputType": "JSONL" });
    let machine = map("getObject", parameters, config, json!({}));
    run(&machine, &store, &json!({})).assert_output(json!([{ "n": 1 }, { "n": 2 }, { "n": 3 }]));
    let config = json!({ "ManifestType": "ATHENA_DATA", "InputType": "JSONL" });
    let execution = read("m", b"lake/q/1.gz", config);
    assert!(execution.cause().unwrap().contains("must have s3://BUCKET/KEY in each line"), "{execution}");
}

#[test]
fn an_item_is_limited_when_it_is_read_and_when_a_child_gets_it() {
    let item = |bytes: usize| json!(["x".repeat(bytes - 2)]).to_string();
    let json = json!({ "InputType": "JSON" });
    let select = |selector: Value| {
        map("getObject", json!({ "Bucket": "b", "Key": "x" }), json.clone(), json!({ "ItemSelector": selector }))
    };
    const MOST: usize = 8 * 1024 * 1024;
    let fits = store(&[("x", item(MOST).as_bytes())]);
    run(&select(json!({ "at.$": "$$.Map.Item.Index" })), &fits, &json!({})).assert_output(json!([{ "at": 0 }]));
    let execution = run(&select(json!({})), &store(&[("x", item(MOST + 1).as_bytes())]), &json!({}));
    execution.assert_failed("States.ItemReaderFailed");
    assert!(execution.cause().unwrap().contains("The item at index 0 has more than 8388608 bytes."), "{execution}");
    // Without a selector it is too large for a child.
    read("x", item(262_145).as_bytes(), json.clone()).assert_failed("States.DataLimitExceeded");
    // A child takes 256 KiB, but then the map's result is too large, whatever is selected of it.
    read("x", item(262_144).as_bytes(), json.clone()).assert_failed("States.DataLimitExceeded");
    let tolerant = json!({ "ResultSelector": { "children.$": "States.ArrayLength($)" } });
    let machine = map("getObject", json!({ "Bucket": "b", "Key": "x" }), json, tolerant);
    let execution = run(&machine, &store(&[("x", item(262_144 - 2).as_bytes())]), &json!({}));
    execution.assert_output(json!({ "children": 1 }));
    let two = json!(["x".repeat(200_000), "y".repeat(200_000)]).to_string();
    run(&machine, &store(&[("x", two.as_bytes())]), &json!({})).assert_failed("States.DataLimitExceeded");
}

#[test]
fn an_item_that_no_batch_can_hold_fails_the_map() {
    let machine = |most: usize| {
        map(
            "getObject",
            json!({ "Bucket": "b", "Key": "x" }),
            json!({ "InputType": "JSON" }),
            json!({ "ItemBatcher": { "MaxInputBytesPerBatch": most } }),
        )
    };
    let store = store(&[("x", b"[\"12\",\"3456\",\"7\"]")]);
    run(&machine(11), &store, &json!({})).assert_output(json!([{ "Items": ["12"] }, { "Items": ["3456", "7"] }]));
    let execution = run(&machine(5), &store, &json!({}));
    execution.assert_failed("States.DataLimitExceeded");
    assert!(execution.cause().unwrap().contains("An item has 6 bytes, more than the 5"), "{execution}");
}
