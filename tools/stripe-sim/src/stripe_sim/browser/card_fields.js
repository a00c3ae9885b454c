// The three fields of a card: what may be typed, how it is shown, and what is wrong with it.
const BRANDS = [
  ["amex", /^3[47]/, 15],
  ["visa", /^4/, 16],
  ["mastercard", /^(5[1-5]|2[2-7])/, 16],
  ["discover", /^6(011|4[4-9]|5)/, 16],
  ["diners", /^3(0[0-5]|[689])/, 16],
  ["jcb", /^35/, 16],
  ["unionpay", /^62/, 16],
];
const FIELDS = [
  { name: "number", label: "Card number", autocomplete: "cc-number", placeholder: "1234 1234 1234 1234", most: 19 },
  { name: "expiry", label: "Expiration date", autocomplete: "cc-exp", placeholder: "MM / YY", most: 4 },
  { name: "cvc", label: "Security code", autocomplete: "cc-csc", placeholder: "CVC", most: 4 },
];
const digitsOf = (text) => text.replace(/\D/g, "");

function brandOf(digits) {
  return BRANDS.find(([, pattern]) => pattern.test(digits)) ?? ["unknown", null, 16];
}

function shown(name, digits) {
  if (name === "expiry") {
    const month = /^[2-9]/.test(digits) ? `0${digits}`.slice(0, 4) : digits;
    return month.length > 2 ? `${month.slice(0, 2)} / ${month.slice(2)}` : month;
  }
  if (name === "cvc") return digits;
  const groups = brandOf(digits)[0] === "amex" ? /^(\d{1,4})(\d{1,6})?(\d{1,5})?.*$/ : /(\d{1,4})/g;
  return brandOf(digits)[0] === "amex"
    ? digits.replace(groups, (_, ...parts) => parts.slice(0, 3).filter(Boolean).join(" "))
    : (digits.match(groups) ?? []).join(" ");
}

function passesLuhn(digits) {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const product = Number(digit) * (1 + (index % 2));
    return total + Math.floor(product / 10) + (product % 10);
  }, 0);
  return sum % 10 === 0;
}

/** What is wrong with the digits of one field: `[code, message]`, or null. */
function problemOf(name, digits, cardDigits) {
  if (name === "number") {
    if (digits.length < Math.min(brandOf(digits)[2], 14)) return ["incomplete_number", "Your card number is incomplete."];
    return passesLuhn(digits) ? null : ["invalid_number", "Your card number is invalid."];
  }
  if (name === "cvc") {
    const length = brandOf(cardDigits)[0] === "amex" ? 4 : 3;
    return digits.length >= length ? null : ["incomplete_cvc", "Your card’s security code is incomplete."];
  }
  return expiryProblem(digits);
}

function expiryProblem(digits) {
  if (digits.length < 4) return ["incomplete_expiry", "Your card’s expiration date is incomplete."];
  const [month, year] = [Number(digits.slice(0, 2)), 2000 + Number(digits.slice(2))];
  const now = new Date();
  if (month < 1 || month > 12) return ["invalid_expiry_month", "Your card’s expiration month is invalid."];
  if (year < now.getFullYear()) return ["invalid_expiry_year_past", "Your card’s expiration year is in the past."];
  const past = year === now.getFullYear() && month < now.getMonth() + 1;
  return past ? ["invalid_expiry_month_past", "Your card’s expiration date is in the past."] : null;
}
