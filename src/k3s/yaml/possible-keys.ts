import type { Cursor } from './cursor.ts'
import { grammarError, type Mark } from './refusal.ts'

/** A token that turns out to be a key if a colon follows. */
export interface PossibleKey {
  readonly token: number
  readonly mark: Mark
  /** A line at this depth must be a key. */
  readonly required: boolean
  possible: boolean
}

/**
 * What may still turn out to be a key: one token for each level of flow collections, within a line and 1024 characters.
 * Source: go-yaml v2.4.0, scannerc.go (yaml_simple_key_is_valid, yaml_parser_save_simple_key, …).
 */
export class PossibleKeys {
  readonly #cursor: Cursor
  readonly #levels: PossibleKey[] = []
  readonly #levelOfToken = new Map<number, number>()

  constructor(cursor: Cursor) {
    this.#cursor = cursor
  }

  get innermost(): PossibleKey {
    return this.#levels.at(-1)!
  }

  openLevel(token: number): void {
    this.#levels.push({ token, mark: this.#cursor.mark, required: false, possible: false })
  }

  closeLevel(): void {
    this.#levelOfToken.delete(this.#levels.pop()!.token)
  }

  /** Whether it is not known yet if this token is a key. */
  isOpen(token: number): boolean {
    const level = this.#levelOfToken.get(token)
    return level !== undefined && this.isValid(this.#levels[level]!)
  }

  isValid(key: PossibleKey): boolean {
    if (!key.possible) return false
    const { line, at } = this.#cursor
    if (key.mark.line >= line && key.mark.index + 1024 >= at) return true
    this.#drop(key)
    return false
  }

  remember(token: number, required: boolean): void {
    this.forget()
    this.#levels[this.#levels.length - 1] = { token, mark: this.#cursor.mark, required, possible: true }
    this.#levelOfToken.set(token, this.#levels.length - 1)
  }

  forget(): void {
    const key = this.innermost
    if (!key.possible) return
    this.#drop(key)
    this.#levelOfToken.delete(key.token)
  }

  /** Its colon was found. */
  confirm(key: PossibleKey): void {
    key.possible = false
    this.#levelOfToken.delete(key.token)
  }

  #drop(key: PossibleKey): void {
    if (key.required) throw grammarError('scanning', "could not find expected ':'", this.#cursor.mark, key.mark)
    key.possible = false
  }
}
