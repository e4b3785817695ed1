import { type BrowserWindow, dialog } from 'electron'
import type { Standing } from '../../core/standing.ts'
import type { Log } from '../../core/log.ts'
import { quitQuestion, type UnderWay } from '../shell/quit-rules.ts'
import type { ShellWords } from '../shell/words.ts'

export interface QuitQuestionOptions {
  readonly standing: () => Standing
  readonly kiosk: () => boolean
  readonly words: ShellWords
  /** The window that the question is put over; null for none. */
  readonly parent: () => BrowserWindow | null
  /** They want it to end all the same. */
  readonly yes: () => void
  readonly log: Log
}

/** Asks a person who ends the panel about what that breaks off. */
export class QuitQuestion {
  readonly #options: QuitQuestionOptions
  #asking = false

  constructor(options: QuitQuestionOptions) {
    this.#options = options
  }

  /** True where the panel may end at once. False where a person must be asked first, which is being done then. */
  mayQuit(): boolean {
    const { standing, kiosk } = this.#options
    const question = quitQuestion('person', standing(), kiosk())
    if (!question) return true
    if (!this.#asking) void this.#ask(question)
    return false
  }

  async #ask(broken: UnderWay): Promise<void> {
    const { words, parent, yes, log } = this.#options
    this.#asking = true
    try {
      const question = {
        type: 'warning' as const,
        message: words.quitTitle,
        detail: words.quitDetail(broken),
        buttons: [words.quitYes, words.quitNo],
        defaultId: 1,
        cancelId: 1,
        noLink: true,
      }
      const over = parent()
      const { response } = await (over ? dialog.showMessageBox(over, question) : dialog.showMessageBox(question))
      if (response === 0) yes()
    } catch (error) {
      log.error({ err: error }, 'it could not be asked whether to quit')
    } finally {
      this.#asking = false
    }
  }
}
