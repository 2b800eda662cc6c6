/** Lower case as Go makes it, letter by letter: JavaScript makes two of the one letter that is replaced here. Source: Go, strings.ToLower. */
export const lower = (text: string): string => text.replaceAll('İ', 'i').toLowerCase()
