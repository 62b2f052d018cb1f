// Format numbers, sizes and times in the browser's language.
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"];
const NOTHING = "–";
const instant = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const count = new Intl.NumberFormat();
const ago = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 30], ["month", 12], ["year", Infinity]];

// Some dialects omit the time zone, UTC.
export const asDate = (text) => new Date(/Z$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);

export const formatInstant = (text) => (text ? instant.format(asDate(text)) : NOTHING);
export const formatWhole = (text) => (text ? whole.format(asDate(text)) : NOTHING);
export const formatDay = (text) => (text ? day.format(asDate(text)) : NOTHING);
export const formatCount = (number) => (number == null ? NOTHING : count.format(number));

// 1536 → "1.5 kB": decimal units.
export function formatBytes(bytes) {
  if (bytes == null) return NOTHING;
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1000 ** step;
  const options = { style: "unit", unit: UNITS[step], unitDisplay: step ? "short" : "long", maximumFractionDigits: step && value < 100 ? 1 : 0 };
  return new Intl.NumberFormat(undefined, options).format(value);
}

// A relative time: "3 minutes ago", "in 2 days".
export function formatAgo(text) {
  if (!text) return NOTHING;
  let distance = (asDate(text) - Date.now()) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(distance) < size) return ago.format(Math.round(distance), unit);
    distance /= size;
  }
  return NOTHING;
}
