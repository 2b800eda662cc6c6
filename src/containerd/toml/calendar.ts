/** Whether a day is in the calendar: both libraries check that. */
export function isDay(year: number, month: number, day: number): boolean {
  const last = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
  return month >= 1 && month <= 12 && day >= 1 && day <= last
}
