//! Expressions of each kind, over one document.

/// The name of a kind, and an expression of that kind.
pub const KINDS: &[(&str, &str)] = &[
    ("constants", "1 + 2 * 3 - 4 / 2"),
    ("a path", "order.customer.address.city"),
    ("arithmetic over paths", "order.total * 1.2 + order.shipping"),
    ("comparison and logic", "order.total > 100 and order.customer.vip = true or order.id in ['a', 'b']"),
    ("condition", "order.total > 100 ? 'large' : order.total > 50 ? 'medium' : 'small'"),
    ("object of paths", "{'id': order.id, 'city': order.customer.address.city, 'items': $count(order.items)}"),
    ("a path through arrays", "order.items.product.name"),
    ("index", "order.items[3].product.name"),
    ("filter", "order.items[quantity > 2 and price < 50].product.name"),
    ("sum of products", "$sum(order.items.(price * quantity))"),
    ("object for each item", "order.items.{'name': product.name, 'cost': price * quantity}"),
    ("sort", "order.items^(>price, product.name).product.name"),
    ("group", "order.items{product.category: $sum(quantity)}"),
    ("parent", "order.items.product.{'name': name, 'quantity': %.quantity}"),
    ("focus and index", "order.items#$i.{'at': $i, 'name': product.name}"),
    ("descendants", "$count(order.**.name)"),
    ("map with a function", "$map(order.items, function($item, $at){$item.price * $at})"),
    ("filter with a function", "$filter(order.items, function($item){$item.quantity > 2})"),
    ("reduce", "$reduce(order.items.price, function($sum, $price){$sum + $price})"),
    ("sort with a function", "$sort(order.items, function($l, $r){$l.price > $r.price}).price"),
    ("variables in a block", "($net := order.total; $tax := $net * 0.2; $gross := $net + $tax; [$net, $tax, $gross])"),
    ("closures", "($add := function($n){function($m){$n + $m}}; $three := $add(3); $three(4) + $three(5))"),
    ("recursion", "($f := function($n){$n <= 1 ? $n : $f($n - 1) + $f($n - 2)}; $f(12))"),
    ("tail calls", "($f := function($n, $sum){$n = 0 ? $sum : $f($n - 1, $sum + $n)}; $f(300, 0))"),
    ("partial application", "($first := $substring(?, 0, 3); $map(order.items.product.name, $first))"),
    ("chain", "order.items.product.name ~> $map($uppercase) ~> $join(', ')"),
    ("range", "$sum([1..1000].($ * 2))"),
    ("strings", "$uppercase($substringBefore(order.customer.email, '@')) & ' <' & order.customer.email & '>'"),
    ("join and split", "$join($split(order.customer.email, '.'), '-')"),
    ("pad and trim", "order.items.($pad($trim(product.name), 30) & '|')"),
    ("string of a value", "$string(order)"),
    ("numbers", "order.items.($round(price * 1.21, 2) + $floor(price) + $power(quantity, 2))"),
    ("number pictures", "order.items.$formatNumber(price * 1000, '#,##0.00')"),
    ("integer pictures", "order.items.$formatInteger(quantity * 1999, 'w')"),
    ("timestamps", "$fromMillis($toMillis(order.placed) + 86400000)"),
    ("date pictures", "$fromMillis(1521801216617, '[FNn], [D1o] [MNn] [Y] [H01]:[m01]')"),
    ("regular expression", "$contains(order.customer.email, /^[a-z.]+@[a-z]+\\.(com|org)$/i)"),
    ("matches", "$match(order.text, /(\\w+)@(\\w+)/).groups"),
    ("replace by a pattern", "$replace(order.text, /(\\w+) (\\w+)/, '$2 $1')"),
    ("distinct", "$distinct(order.items.product.category)"),
    ("merge and spread", "$merge($spread(order.customer))"),
    ("keys and lookup", "$keys(order.customer).$lookup($$.order.customer, $)"),
    ("transform", "order ~> |items|{'total': price * quantity}, 'price'|"),
];

/// Returns the document: an order of 20 items.
pub fn document() -> serde_json::Value {
    let items: Vec<_> = (0..20u32)
        .map(|at| {
            serde_json::json!({
                "product": {"name": format!(" Product {} ", (at * 7) % 20), "category": format!("c{}", at % 4)},
                "price": f64::from((at * 37) % 90) + 0.45, "quantity": at % 5 + 1,
            })
        })
        .collect();
    serde_json::json!({"order": {
        "id": "o-1017", "placed": "2018-03-23T10:33:36.617Z", "total": 128.5, "shipping": 7.25,
        "text": "write to ann@example or bob@work, not to cid@home; the quick brown fox jumps over the lazy dog",
        "customer": {"name": "Ada Lovelace", "email": "ada.lovelace@example.com", "vip": true,
            "address": {"street": "12 St James's Square", "city": "London", "zip": "SW1Y 4JH"}},
        "items": items,
    }})
}
