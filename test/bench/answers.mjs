// A child's side of child.mjs.
import { isProbed } from './probe.mjs'

/** @typedef {{ id: number, value?: unknown, error?: string }} Answer */

/**
 * Answers the parent's questions. A process whose parent is gone ends.
 * @param {Record<string, (argument: any) => unknown>} answers
 */
export function answer(answers) {
  process.on('message', (message) => {
    const { id, name, argument } = /** @type {{ id: number, name: string, argument: unknown }} */ (message)
    if (isProbed(name)) return
    const run = async () => {
      const known = answers[name]
      if (!known) throw new Error(`nobody answers "${name}"`)
      return known(argument)
    }
    run().then(
      (value) => process.send?.({ id, value }),
      (error) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
    )
  })
  // Questions that came before there was anybody to answer them would be lost.
  process.send?.({ id: 0 })
  process.once('disconnect', () => process.exit(0))
}
