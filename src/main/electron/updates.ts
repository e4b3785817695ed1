import type { AppUpdater } from 'electron-updater'
import type { Log } from '../../core/log.ts'
import { CannotUpdate, type Updater } from '../shell/update-watch.ts'
import type { Updates } from '../updates-config.ts'

/** An updater as the application ends with it. */
export interface PackageUpdater extends Omit<Updater, 'install'> {
  /** Starts the installer, which ends the program; where it cannot be started that is told instead. */
  install(failed: (error: Error) => void): void
}

/** electron-updater as the shell needs it: nothing by itself. It is not even loaded before the first look. */
export function electronUpdater({ url, channel = 'latest' }: Updates, log: Log): PackageUpdater {
  let loaded: Promise<AppUpdater> | undefined
  const updater = (): Promise<AppUpdater> => (loaded ??= load())
  let found: AppUpdater | undefined

  async function load(): Promise<AppUpdater> {
    // A CommonJS package: its names are all in the default.
    const { default: module } = await import('electron-updater')
    const { autoUpdater } = module
    autoUpdater.logger = {
      info: (text: unknown) => log.info({ text: String(text) }, 'updater'),
      warn: (text: unknown) => log.warn({ text: String(text) }, 'updater'),
      error: (text: unknown) => log.warn({ text: String(text) }, 'updater'),
    }
    autoUpdater.setFeedURL({ provider: 'generic', url, channel })
    autoUpdater.autoDownload = false
    autoUpdater.autoInstallOnAppQuit = false
    autoUpdater.allowDowngrade = false
    // What went wrong comes with the promise as well; without a listener it would be thrown.
    autoUpdater.on('error', () => undefined)
    return autoUpdater
  }

  return {
    async look() {
      const result = await (await updater()).checkForUpdates()
      // Null where nothing could take this copy's place: it is not packaged, or unpacked by hand.
      if (result === null) throw new CannotUpdate()
      return result.isUpdateAvailable ? result.updateInfo.version : null
    },
    async load() {
      found = await updater()
      await found.downloadUpdate()
    },
    install(failed) {
      found?.once('error', failed)
      found?.quitAndInstall()
    },
  }
}
