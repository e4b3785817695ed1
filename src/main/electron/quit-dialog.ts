import { type BrowserWindow, dialog } from 'electron'
import type { UnderWay } from '../shell/quit-rules.ts'
import type { ShellWords } from '../shell/words.ts'

/** Asks whether to end the panel all the same, over its window where there is one. Resolves with true for yes. */
export async function askToQuit(parent: BrowserWindow | null, words: ShellWords, broken: UnderWay): Promise<boolean> {
  const question = {
    type: 'warning' as const,
    message: words.quitTitle,
    detail: words.quitDetail(broken),
    buttons: [words.quitYes, words.quitNo],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  }
  const { response } = await (parent ? dialog.showMessageBox(parent, question) : dialog.showMessageBox(question))
  return response === 0
}
