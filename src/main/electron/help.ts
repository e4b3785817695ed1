import { type BrowserWindow, dialog, shell } from 'electron'
import type { Log } from '../../core/log.ts'
import { installing, UpdateFileError, verifyUpdateFile } from '../shell/update-file.ts'
import { describeUpdate, type UnderWay, whyNotInstall } from '../shell/update-rules.ts'
import type { UpdateWatch } from '../shell/update-watch.ts'
import type { HelpItem } from './menu.ts'

export interface HelpOptions {
  readonly window: BrowserWindow
  /** Address of the panel's page. */
  readonly pageUrl: string
  /** Writes the diagnostics to a file; resolves with what to tell. */
  readonly diagnose: (file: string) => Promise<string>
  readonly updates: UpdateWatch
  readonly underWay: () => UnderWay
  readonly platform: NodeJS.Platform
  readonly log: Log
}

/** What the Help menu offers. A kiosk has no menu. */
export function helpItems(options: HelpOptions): HelpItem[] {
  const item = (label: string, run: () => Promise<void>): HelpItem => ({
    label,
    click: () => {
      run().catch((error: unknown) => options.log.error({ err: error, label }, 'an entry of the menu failed'))
    },
  })
  return [
    item('About Andon', () => options.window.loadURL(`${options.pageUrl}#/about`)),
    item('Save Diagnostics…', () => saveDiagnostics(options)),
    item('Updates…', () => showUpdates(options)),
    item('Install an Update from a File…', () => installFile(options)),
  ]
}

async function saveDiagnostics({ window, diagnose }: HelpOptions): Promise<void> {
  const filters = [{ name: 'Zip', extensions: ['zip'] }]
  const { filePath } = await dialog.showSaveDialog(window, { defaultPath: 'andon-diagnostics.zip', filters })
  if (filePath === '') return
  await tell(window, await diagnose(filePath))
}

async function showUpdates({ window, updates }: HelpOptions): Promise<void> {
  await updates.look()
  const message = describeUpdate(updates.state)
  if (updates.state.kind !== 'ready') {
    await tell(window, message)
    return
  }
  const buttons = ['Install and Restart', 'Not Now']
  const { response } = await dialog.showMessageBox(window, { message, buttons, defaultId: 1, cancelId: 1 })
  const why = response === 0 ? updates.install() : null
  if (why !== null) await tell(window, why)
}

async function installFile({ window, platform, underWay }: HelpOptions): Promise<void> {
  const { filePaths } = await dialog.showOpenDialog(window, { properties: ['openFile'] })
  const [file] = filePaths
  if (file === undefined) return
  try {
    const update = await verifyUpdateFile(file)
    const how = installing(update, platform)
    if (how.kind === 'tell') {
      await tell(window, how.text)
      return
    }
    const why = whyNotInstall(underWay(), false)
    // The installer itself asks before it does anything, and says when Andon must be closed.
    const problem = why ?? (await shell.openPath(update.file))
    if (problem !== '') await tell(window, problem)
  } catch (error) {
    if (!(error instanceof UpdateFileError)) throw error
    await tell(window, error.message)
  }
}

async function tell(window: BrowserWindow, message: string): Promise<void> {
  await dialog.showMessageBox(window, { message })
}
