import { PROBLEMS, type Problem } from '../../shared/health.ts'

type TitleKey = `problem.${Problem['code']}` | 'problem.other'

/** A newer panel may name a problem that this page has no title for. */
export function problemTitle(code: string): TitleKey {
  const known = PROBLEMS.find((problem) => problem === code)
  return known === undefined ? 'problem.other' : `problem.${known}`
}
