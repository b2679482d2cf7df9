const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getFullYear(), 0, 1);
  return (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - start) / 86_400_000 + 1;
}

/** A directive's value; numbers are written with so many digits. */
const directives: Record<string, (date: Date) => string | [number: number, digits: number]> = {
  Y: (date) => String(date.getFullYear()),
  y: (date) => [date.getFullYear() % 100, 2],
  m: (date) => [date.getMonth() + 1, 2],
  d: (date) => [date.getDate(), 2],
  H: (date) => [date.getHours(), 2],
  I: (date) => [date.getHours() % 12 || 12, 2],
  M: (date) => [date.getMinutes(), 2],
  S: (date) => [date.getSeconds(), 2],
  f: (date) => [1000 * date.getMilliseconds(), 6],
  j: (date) => [dayOfYear(date), 3],
  w: (date) => String(date.getDay()),
  u: (date) => String(date.getDay() || 7),
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  A: (date) => days[date.getDay()] ?? '',
  a: (date) => (days[date.getDay()] ?? '').slice(0, 3),
  B: (date) => months[date.getMonth()] ?? '',
  b: (date) => (months[date.getMonth()] ?? '').slice(0, 3),
  Z: () => '',
  z: () => '',
  '%': () => '%',
};

/** A local time as Python's `strftime` writes it in the C locale; `%-d` leaves the zeros out. */
export function strftime(format: string, date: Date): string {
  const shorthands = format
    .replaceAll('%F', '%Y-%m-%d')
    .replaceAll('%T', '%H:%M:%S')
    .replaceAll('%R', '%H:%M')
    .replaceAll('%D', '%m/%d/%y')
    .replaceAll('%x', '%m/%d/%y')
    .replaceAll('%X', '%H:%M:%S');
  return shorthands.replace(/%(-?)([a-zA-Z%])/g, (whole, plain: string, name: string) => {
    const value = directives[name]?.(date);
    if (value === undefined) return whole;
    return typeof value === 'string' ? value : String(value[0]).padStart(plain === '' ? value[1] : 1, '0');
  });
}
