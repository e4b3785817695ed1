import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Who shows tray icons on a Linux desktop has this name on the session bus. */
const WATCHER = 'org.kde.StatusNotifierWatcher'
const ASK = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner']

/** A bus that does not answer for so long has other worries, milliseconds. */
const ASK_MS = 2_000

/** Runs a program and resolves with its output; rejects where it cannot be run or fails. */
export type Run = (program: string, args: readonly string[]) => Promise<string>

/**
 * True where a tray icon will be seen. Windows and macOS always show them; of Linux desktops some do not, and nobody
 * could find a panel again whose window went there. Where it cannot be found out there is none.
 */
export async function hasTray(platform: NodeJS.Platform, run: Run = runFor): Promise<boolean> {
  if (platform === 'win32' || platform === 'darwin') return true
  try {
    return /\bboolean true\b/.test(await run('dbus-send', [...ASK, `string:${WATCHER}`]))
  } catch {
    // No program to ask with, no session bus, or no answer.
    return false
  }
}

async function runFor(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...args], { timeout: ASK_MS })
  return stdout
}
