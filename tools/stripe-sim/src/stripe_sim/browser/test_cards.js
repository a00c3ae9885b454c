// The cards that are offered under the form, to be filled in by a click.
const TEST_CARDS = [
  ["4242424242424242", "Succeeds"],
  ["4000002760003184", "3-D Secure"],
  ["4000002500003155", "3-D Secure, but not off-session"],
  ["4000000000000002", "Declined"],
  ["4000000000009995", "Insufficient funds"],
  ["4000008400001629", "3-D Secure, then declined"],
  ["4000009900000004", "Processing, then succeeds"],
  ["4000009900000012", "Processing, then fails"],
];

function testCardList(fill) {
  const list = make("details", { class: "sim-hints", "data-testid": "test-cards" });
  list.append(make("summary", { text: "Test cards" }));
  const items = make("ul");
  for (const [number, what] of TEST_CARDS) {
    const button = make("button", { type: "button" });
    button.append(make("code", { text: shown("number", number) }), make("span", { text: what }));
    button.addEventListener("click", () => fill(number));
    const item = make("li");
    item.append(button);
    items.append(item);
  }
  list.append(items);
  return list;
}
