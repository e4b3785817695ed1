/**
 * Switches of Chromium and Node that somebody may well have to give to this program, or that tools give it. They are
 * not ours to read, but a strict reader of our options would stumble over them.
 */
const ENGINE_SWITCHES = new Set([
  'auto-open-devtools-for-tabs',
  'disable-dev-shm-usage',
  'disable-features',
  'disable-gpu',
  'disable-gpu-sandbox',
  'disable-software-rasterizer',
  'enable-features',
  'enable-logging',
  'force-device-scale-factor',
  'high-dpi-support',
  'in-process-gpu',
  'inspect',
  'inspect-brk',
  'lang',
  'no-sandbox',
  'ozone-platform',
  'ozone-platform-hint',
  'password-store',
  'remote-debugging-pipe',
  'remote-debugging-port',
  'touch-events',
  'trace-warnings',
  'use-angle',
  'use-gl',
  'user-data-dir',
])

/** The Windows installer starts the new version with it. */
const INSTALLER_SWITCH = 'updated'

/**
 * The options meant for Andon among a process's arguments. Electron reads a switch's value only from `--name=value`, so
 * the argument after a switch is never a part of it.
 */
export function ownArguments(argv: readonly string[], packaged: boolean): string[] {
  // A packaged program is its own entry; otherwise Electron is given the folder to run.
  return argv.slice(packaged ? 1 : 2).filter((argument) => !isForeign(argument))
}

function isForeign(argument: string): boolean {
  const name = /^--([^=]+)/.exec(argument)?.[1]
  // macOS names the process so when a program is opened from Finder.
  return name === undefined ? argument.startsWith('-psn_') : name === INSTALLER_SWITCH || ENGINE_SWITCHES.has(name)
}
