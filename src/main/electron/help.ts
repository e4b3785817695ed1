import {
  type BrowserWindow,
  dialog,
  type MessageBoxOptions,
  type MessageBoxReturnValue,
  type OpenDialogOptions,
  type OpenDialogReturnValue,
  type SaveDialogOptions,
  type SaveDialogReturnValue,
  shell,
} from 'electron'
import type { Log } from '../../core/log.ts'
import { bundleName } from '../diagnose/bundle-name.ts'
import type { Written } from '../diagnose/written.ts'
import type { HelpWords } from '../shell/help-words.ts'
import { installing, UpdateFileError, verifyUpdateFile } from '../shell/update-file.ts'
import { type UnderWay, whyNotInstall } from '../shell/update-rules.ts'
import type { UpdateWatch } from '../shell/update-watch.ts'
import type { HelpAct } from '../shell/menu-model.ts'

export interface HelpOptions {
  /** The window that dialogs are put over; null for none. */
  readonly window: () => BrowserWindow | null
  /** Shows a page of the panel. */
  readonly show: (page: string) => void
  /** Writes the diagnostics to a file. */
  readonly diagnose: (file: string) => Promise<Written>
  readonly updates: UpdateWatch
  readonly underWay: () => UnderWay
  readonly platform: NodeJS.Platform
  readonly words: HelpWords
  readonly log: Log
}

/** What the entries of the Help menu do. A kiosk has no menu. */
export function helpActs(options: HelpOptions): (act: HelpAct) => void {
  const acts: Readonly<Record<HelpAct, (window: BrowserWindow | null) => Promise<void> | void>> = {
    about: () => options.show('/about'),
    diagnose: (window) => saveDiagnostics(window, options),
    updates: (window) => showUpdates(window, options),
    updateFile: (window) => installFile(window, options),
  }
  const run = async (act: HelpAct): Promise<void> => acts[act](options.window())
  return (act) => {
    run(act).catch((error: unknown) => options.log.error({ err: error, act }, 'an entry of the menu failed'))
  }
}

async function saveDiagnostics(window: BrowserWindow | null, { diagnose, words }: HelpOptions): Promise<void> {
  const filters = [{ name: 'Zip', extensions: ['zip'] }]
  const { filePath } = await saveDialog(window, { defaultPath: bundleName(new Date()), filters })
  if (filePath === '') return
  await tell(window, words.diagnostics(await diagnose(filePath)))
}

async function showUpdates(window: BrowserWindow | null, { updates, words }: HelpOptions): Promise<void> {
  await updates.look()
  const message = words.update(updates.state)
  if (updates.state.kind !== 'ready') {
    await tell(window, message)
    return
  }
  const buttons = [words.install, words.notNow]
  const { response } = await messageBox(window, { message, buttons, defaultId: 1, cancelId: 1 })
  const why = response === 0 ? updates.install() : null
  if (why) await tell(window, words.hindrance(why))
}

async function installFile(window: BrowserWindow | null, { platform, underWay, words }: HelpOptions): Promise<void> {
  const { filePaths } = await openDialog(window, { properties: ['openFile'] })
  const [file] = filePaths
  if (file === undefined) return
  try {
    const update = await verifyUpdateFile(file)
    const how = installing(update, platform)
    if (how.kind !== 'open') {
      await tell(window, words.handing(update, how))
      return
    }
    const why = whyNotInstall(underWay(), false)
    // The installer itself asks before it does anything, and says when Andon must be closed.
    const problem = why ? words.hindrance(why) : await shell.openPath(update.file)
    if (problem !== '') await tell(window, problem)
  } catch (error) {
    if (!(error instanceof UpdateFileError)) throw error
    await tell(window, words.fileProblem(error.problem))
  }
}

async function tell(window: BrowserWindow | null, message: string): Promise<void> {
  await messageBox(window, { message })
}

function messageBox(window: BrowserWindow | null, box: MessageBoxOptions): Promise<MessageBoxReturnValue> {
  return window ? dialog.showMessageBox(window, box) : dialog.showMessageBox(box)
}

function saveDialog(window: BrowserWindow | null, box: SaveDialogOptions): Promise<SaveDialogReturnValue> {
  return window ? dialog.showSaveDialog(window, box) : dialog.showSaveDialog(box)
}

function openDialog(window: BrowserWindow | null, box: OpenDialogOptions): Promise<OpenDialogReturnValue> {
  return window ? dialog.showOpenDialog(window, box) : dialog.showOpenDialog(box)
}
