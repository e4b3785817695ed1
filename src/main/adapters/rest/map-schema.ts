import Type, { type Static, type TObjectOptions, type TSchema, type TUnsafe } from 'typebox'

/** Things by a name that may be any text: also one with a line break, which the pattern of a record would miss. */
export function MapOf<S extends TSchema>(
  value: S,
  options: TObjectOptions = {},
): TUnsafe<Readonly<Record<string, Static<S>>>> {
  return Type.Unsafe<Readonly<Record<string, Static<S>>>>(Type.Object({}, { ...options, additionalProperties: value }))
}
