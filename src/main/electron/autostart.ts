import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import { app } from 'electron'
import type { Log } from '../../core/log.ts'
import { defaultConfigFile } from '../options.ts'
import { autostartFile, autostartText, loginCommand, windowsCommand } from '../shell/autostart.ts'

/**
 * Has the system start the panel at log-in, or not any more. A panel that is run from its source is left out: what
 * starts it is not this program alone. That it cannot be set is logged, and no reason not to run.
 */
export function setAutostart(
  wanted: boolean,
  configFile: string,
  log: Log,
  platform: NodeJS.Platform = process.platform,
): void {
  if (!app.isPackaged) {
    log.info({ wanted }, 'log-in starts only an installed panel; nothing was changed')
    return
  }
  const login = loginCommand(process.execPath, process.env, configFile, defaultConfigFile(platform))
  const command = platform === 'win32' ? windowsCommand(login) : login
  try {
    if (platform === 'linux') writeEntry(autostartFile(process.env, homedir()), wanted ? autostartText(command) : null)
    else app.setLoginItemSettings({ openAtLogin: wanted, path: command.program, args: [...command.args] })
  } catch (error) {
    log.warn({ err: error }, 'it could not be set whether log-in starts the panel')
  }
}

/** Writes only what changes: the file may lie in a home that is slow, or watched. */
function writeEntry(file: string, text: string | null): void {
  if (text === null) {
    rmSync(file, { force: true })
    return
  }
  if (readOrNull(file) === text) return
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
