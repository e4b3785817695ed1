import type { Problem } from '../shared/health.ts'

/** What is wrong with the configuration file while the panel runs, for its viewers. */
export class ConfigProblems {
  #refused: string | null = null
  #restart: string | null = null

  /** Why what is in the file is not in force; null when that is over. */
  refused(text: string | null): void {
    this.#refused = text
  }

  /** What in it waits for the next start; null when nothing does. */
  restart(text: string | null): void {
    this.#restart = text
  }

  get problems(): Problem[] {
    const problems: Problem[] = []
    if (this.#refused !== null) {
      const remedy = 'Correct the file. Until then the version before it stays in force.'
      problems.push({ code: 'config_refused', message: this.#refused, remedy })
    }
    if (this.#restart !== null) {
      problems.push({ code: 'config_restart', message: this.#restart, remedy: 'Restart the panel when it suits.' })
    }
    return problems
  }
}
