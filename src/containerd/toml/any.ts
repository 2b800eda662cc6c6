/** A value of any type: only strings and lists of them are ever accepted. */
export type Any = string | readonly Any[] | { readonly other: string }
