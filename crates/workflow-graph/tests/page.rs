//! Tests pages of graphs: folded groups, several machines, changes, what a page reports.

use serde_json::{Value, json};
use workflow_graph::page::{Item, Page, Section, Tone};
use workflow_graph::{Direction, Graph};

/// Returns a machine with a map around a parallel, and a map beside it.
fn nested() -> Value {
    let inner = json!({"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "Left", "States": {"Left": {"Type": "Pass", "End": true}}},
        {"StartAt": "Right", "States": {"Right": {"Type": "Pass", "End": true}}}]}}});
    let plain = json!({"StartAt": "Plain", "States": {"Plain": {"Type": "Pass", "End": true}}});
    json!({"StartAt": "Each", "States": {
        "Each": {"Type": "Map", "ItemProcessor": inner, "Next": "Other"},
        "Other": {"Type": "Map", "ItemProcessor": plain, "End": true}}})
}

/// Returns the pointers of the states of each picture, by the group that is open in it.
fn pictures(html: &str) -> Vec<(String, Vec<String>)> {
    let value = |text: &str| text.split_once('"').unwrap().0.to_owned();
    let pictures = html.split("<svg ").skip(1).map(|picture| {
        let picture = picture.split_once("</svg>").unwrap().0;
        let open = picture.split_once("data-open=\"").filter(|(before, _)| before.is_empty());
        let states = picture.split("<g class=\"state").skip(1);
        let states = states.map(|state| value(state.split_once("data-pointer=\"").unwrap().1));
        (open.map_or_else(|| "whole".to_owned(), |(_, open)| value(open)), states.collect())
    });
    pictures.collect()
}

#[test]
fn each_group_has_a_picture_in_which_it_is_open() {
    let graph = Graph::of_definition(&nested());
    let html = Page::of_graph(graph.clone(), Direction::TopDown, nested()).to_html();
    let pictures = pictures(&html);
    let [each, other] = ["/States/Each", "/States/Other"];
    let both = format!("{each}/ItemProcessor/States/Both");
    let opens: Vec<_> = pictures.iter().map(|(open, _)| open.as_str()).collect();
    assert_eq!(opens, ["whole", "", each, &both, other]);
    let count = |number: usize| pictures[number].1.len();
    assert_eq!([0, 1, 2, 3, 4].map(count), [6, 2, 3, 5, 3]);
    assert!(html.contains("1 state inside") && html.contains("2 states inside"));
    assert!(html.contains("aria-expanded=\"false\" aria-label=\"Unfold Each\""));
    // A picture alone has no buttons.
    assert!(!graph.to_svg().contains("class=\"fold\""));
}

#[test]
fn a_graph_without_groups_has_one_picture() {
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
    let html = Page::of_graph(Graph::of_definition(&definition), Direction::TopDown, definition).to_html();
    assert!(!html.contains("<template") && pictures(&html).len() == 1);
}

#[test]
fn a_live_page_gets_the_folded_picture_with_its_update() {
    let page = Page::default().of_machine(nested());
    let svg = |open| page.update(0, open)["svg"].as_str().unwrap().matches("<g class=\"state").count();
    assert_eq!((svg(None), svg(Some("")), svg(Some("/States/Other")), svg(Some("gone"))), (6, 2, 3, 2));
}

#[test]
fn states_of_several_machines_have_pointers_of_their_own() {
    let graphs = ["One", "Two"].map(|name| Graph::of_definition(&nested()).named(name));
    let html =
        Page::of_graphs(graphs.to_vec(), Direction::TopDown, vec![nested(), json!({"Comment": "second"})]).to_html();
    let whole = pictures(&html).swap_remove(0).1;
    assert_eq!(whole.len(), 14);
    assert!(["/0", "/1", "/1/States/Each"].iter().all(|pointer| whole.iter().any(|own| own == pointer)), "{whole:?}");
    assert!(html.contains("\"definition\":[{"), "{html}");
    // A page of one machine has its definition alone.
    let one = Page::of_graphs(vec![Graph::of_definition(&nested())], Direction::TopDown, vec![nested()]);
    assert!(one.to_html().contains("\"definition\":{"));
}

#[test]
fn a_change_has_both_definitions_of_each_state() {
    let machine = |name: &str, seconds| {
        json!({"StartAt": "Rest", "States": {
            "Rest": {"Type": "Wait", "Seconds": seconds, "Next": name}, name: {"Type": "Succeed"}}, "TimeoutSeconds": seconds})
    };
    let (old, new) = (machine("Done", 3), machine("Ended", 4));
    let html = Page::of_change(Graph::of_change(&old, &new), Direction::TopDown, &old, &new).to_html();
    let data = html.split_once("id=\"data\">").unwrap().1.split_once("</script>").unwrap().0;
    let data: Value = serde_json::from_str(data).unwrap();
    let rest = &data["changes"]["/States/Rest"];
    assert_eq!(rest["fields"], json!([["Seconds", 3, 4]]));
    assert_eq!((&rest["old"]["Seconds"], &rest["new"]["Seconds"]), (&json!(3), &json!(4)));
    for said in
        ["data-show-state=\"/States/Rest\">Rest</button>", "renamed, was Done", "<b>TimeoutSeconds</b>", "3 → 4"]
    {
        assert!(html.contains(said), "{said}: {html}");
    }
    let same = Page::of_change(Graph::of_change(&old, &old), Direction::TopDown, &old, &old).to_html();
    assert!(same.contains("Nothing differs."));
}

#[test]
fn what_a_page_reports_is_text() {
    let bad = "</title><img src=x onerror=alert(1)>\"";
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
    let html = Page::of_graph(Graph::of_definition(&definition), Direction::TopDown, definition)
        .judged(Tone::Bad, bad, bad)
        .with_list(bad, vec![Item::new(bad, Some(bad), (Tone::Careful, bad), bad)])
        .with_section(bad, Section::Text(bad.to_owned()))
        .with_section(bad, Section::Histogram(vec![1.0, 2.0], |_| "<img>".to_owned()))
        .with_section(bad, Section::Source(vec![(1, bad.to_owned(), Some(Tone::Good))]))
        .to_html();
    assert!(!html.contains("<img"), "{html}");
    assert!(html.find("<svg class=\"histogram\"") < html.find("<main>") && html.find("<main>") < html.find("<pre"));
    assert!(html.contains("    1 ✓ &lt;/title&gt;"), "{html}");
}

#[test]
fn every_value_up_to_the_99th_percentile_has_a_bar() {
    let html = |values: Vec<f64>| {
        let section = Section::Histogram(values, |value| format!("{value:.0} s"));
        Page::default().with_section("Times", section).to_html()
    };
    let count = |html: &str| {
        let bars = html.split(": ").filter_map(|part| part.split_once("</title></rect>")?.0.parse::<usize>().ok());
        (bars.clone().count(), bars.sum::<usize>())
    };
    let many = html((0..1000).rev().map(f64::from).collect());
    assert_eq!(count(&many), (40, 990));
    for said in ["median: 499 s", "90 %: 899 s", "99 %: 989 s", "all: up to 999 s"] {
        assert!(many.contains(said), "{said}");
    }
    assert_eq!((count(&html(vec![2.0; 7])), count(&html(Vec::new()))), ((1, 7), (1, 0)));
}
