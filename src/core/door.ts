import { Compile } from 'typebox/compile'
import type { Static, TSchema } from 'typebox'
import type { Check } from '../shared/parse-message.ts'

/** A compiled validator for one schema, with an explanation for people: `/client/name must be string`. */
export function door<S extends TSchema>(schema: S): Check<Static<S>> {
  const compiled = Compile(schema)
  return {
    check: (value): value is Static<S> => compiled.Check(value),
    explain: (value) => {
      const [first] = compiled.Errors(value)
      if (!first) return 'It does not follow the protocol.'
      return `${first.instancePath || 'The message'} ${first.message}.`.slice(0, 200)
    },
  }
}
