/** More digits than 64 bits have in any base: the number itself, which takes long to make of many, is not needed. */
export const isHuge = (digits: string): boolean => digits.replace(/^[+-]?0*/, '').length > 64
