import { eof, isDigit, type Scanner, type TokenType } from './v1-scanner.ts'

/** Null where a token was made, else why there is none. */
type Problem = string | null

const digitsOfBase: { readonly [base: string]: RegExp } = { x: /^[\da-fA-F_]$/, o: /^[0-7_]$/, b: /^[01_]$/ }

/** Source: go-toml v1.9.5, lexer.go (lexNumber). */
export function number(scanner: Scanner): Problem {
  const [first, second = ''] = scanner.ahead(2)
  if (first === '0' && /^[a-zA-Z]$/.test(second)) return based(scanner, digitsOfBase[second], second)
  if (first === '+' || first === '-') {
    scanner.next()
    if (scanner.follows('inf') || scanner.follows('nan')) {
      scanner.skip(3)
      return done(scanner, 'float')
    }
  }
  let [point, exponent, digits] = [false, false, false]
  for (let char = scanner.peek(); ; char = scanner.peek()) {
    if (char === '.') {
      if (point) return 'cannot have two dots in one float'
      scanner.next()
      if (!isDigit(scanner.peek())) return 'float cannot end with a dot'
      point = true
    } else if (char === 'e' || char === 'E') {
      exponent = true
      scanner.next()
      if (/^[+-]$/.test(scanner.peek())) scanner.next()
    } else if (isDigit(char) || char === '_') {
      digits ||= char !== '_'
      scanner.next()
    } else break
    if (point && !digits) return 'cannot start float with a dot'
  }
  return digits ? done(scanner, point || exponent ? 'float' : 'integer') : 'no digit in that number'
}

function based(scanner: Scanner, allowed: RegExp | undefined, base: string): Problem {
  // `0e5` is refused here too: the library takes every letter behind a zero for a base.
  if (!allowed) return `unknown number base: ${base}. possible options are x (hex) o (octal) b (binary)`
  scanner.skip(2)
  const from = scanner.at
  while (allowed.test(scanner.peek())) scanner.next()
  return scanner.at > from ? done(scanner, 'integer') : 'number needs at least one digit'
}

function done(scanner: Scanner, type: TokenType): null {
  scanner.emit(type)
  return null
}

/** A date, a time, or both, in separate tokens. Source: go-toml v1.9.5, lexer.go (lexDateTimeOrTime). */
export function moment(scanner: Scanner): Problem {
  if (scanner.ahead(3)[2] === ':') return time(scanner)
  const wrong = expect(scanner, 'dddd-dd-dd', 'date')
  if (wrong !== null) return wrong
  scanner.emit('date')
  const separator = scanner.peek()
  if (separator === eof) return null
  if (separator !== ' ' && separator !== 'T') return `incorrect date/time separation character: ${separator}`
  if (separator === ' ' && !/^ \d\d$/.test(scanner.ahead(3))) return null
  scanner.next()
  scanner.mark()
  return time(scanner) ?? offset(scanner)
}

function time(scanner: Scanner): Problem {
  const wrong = expect(scanner, 'dd:dd:dd', 'time')
  if (wrong !== null) return wrong
  if (scanner.peek() === '.') {
    scanner.next()
    if (!isDigit(scanner.next())) return "expected at least one digit in time's fraction"
    while (isDigit(scanner.peek())) scanner.next()
  }
  return done(scanner, 'time')
}

function offset(scanner: Scanner): Problem {
  const sign = scanner.peek()
  if (sign !== 'Z' && sign !== '+' && sign !== '-') return null
  scanner.next()
  return (sign === 'Z' ? null : expect(scanner, 'dd:dd', 'time offset')) ?? done(scanner, 'offset')
}

/** Reads a fixed form in which `d` stands for a digit. */
function expect(scanner: Scanner, form: string, what: string): Problem {
  for (const wanted of form) {
    const char = scanner.next()
    if (wanted === 'd' ? !isDigit(char) : char !== wanted) return `invalid character in ${what}: ${char}`
  }
  return null
}
