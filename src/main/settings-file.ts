import { createHash } from 'node:crypto'
import { lstat, mkdir, open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SettingsObjection, type SettingsFile } from '../core/panel-settings.ts'
import type { Setting, SettingChanges, SettingsView } from '../shared/settings.ts'
import type { Config, GivenValue } from './config.ts'
import { changedSettings, type ConfigFile, decodeConfigFile, parseConfigFile, SettingsSchema } from './config-file.ts'
import { settingKind, settingSchema } from './setting-schema.ts'
import { withSettings } from './settings-text.ts'
import { UsageError } from './usage-error.ts'

type Key = keyof typeof SettingsSchema.properties
const KEYS = Object.keys(SettingsSchema.properties) as Key[]

interface Content {
  readonly version: string | null
  readonly text: string
  /** Null: it cannot be used. */
  readonly file: ConfigFile | null
  readonly problem: string | null
}

/** The settings in the configuration file, seen and changed from within the panel. One change at a time. */
export class YamlSettings implements SettingsFile {
  readonly #config: Config
  #last: Promise<unknown> = Promise.resolve()

  constructor(config: Config) {
    this.#config = config
  }

  async view(): Promise<SettingsView> {
    const { version, file, problem } = await this.#read()
    const { configFile, configured = {} } = this.#config
    return {
      path: configFile,
      version,
      problem,
      waiting: file === null ? [] : changedSettings(configured, file),
      can_restart: false,
      settings: KEYS.map((key) => this.#setting(key, file ?? {})),
    }
  }

  change(changes: SettingChanges, version: string | null): Promise<Readonly<Record<string, unknown>>> {
    const run = this.#last.then(() => this.#change(changes, version))
    this.#last = run.catch(() => undefined)
    return run
  }

  async #change(changes: SettingChanges, version: string | null): Promise<Readonly<Record<string, unknown>>> {
    const { configFile } = this.#config
    const now = await this.#read()
    if (now.file === null) throw new SettingsObjection('settings_unwritable', now.problem ?? '')
    if (now.version !== version) {
      const message = 'The settings were changed by somebody else in the meantime. Look at them again.'
      throw new SettingsObjection('settings_changed', message)
    }
    for (const [key, value] of Object.entries(changes)) {
      const known = KEYS.find((each) => each === key)
      if (known === undefined) throw new SettingsObjection('setting_refused', `There is no setting "${key}".`)
      if (value !== null && settingKind(known, now.file[known]) === 'other') {
        throw new SettingsObjection('setting_refused', `"${key}" can only be changed in the file.`)
      }
    }
    const text = withSettings(now.text, changes)
    try {
      this.#config.with(parseConfigFile(text, configFile))
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      throw new SettingsObjection('setting_refused', error.message)
    }
    try {
      await replaceFile(configFile, text)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new SettingsObjection('settings_unwritable', `The file cannot be written: ${why}. Change it by hand.`)
    }
    const before = now.file
    return Object.fromEntries(KEYS.filter((key) => key in changes).map((key) => [key, before[key] ?? null]))
  }

  async #read(): Promise<Content> {
    const { configFile } = this.#config
    let bytes: Buffer
    try {
      bytes = await readFile(configFile)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return { version: null, text: '', file: {}, problem: null }
      const why = error instanceof Error ? error.message : String(error)
      return { version: null, text: '', file: null, problem: `The file cannot be read: ${why}.` }
    }
    const version = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
    try {
      const text = decodeConfigFile(bytes, configFile)
      return { version, text, file: parseConfigFile(text, configFile), problem: null }
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      return { version, text: '', file: null, problem: `${error.message} Correct the file first.` }
    }
  }

  #setting(key: Key, file: ConfigFile): Setting {
    const { configured, given } = this.#config
    const isGiven = Object.hasOwn(given, key)
    return {
      key,
      ...settingSchema(key),
      kind: settingKind(key, file[key]),
      in_force: isGiven ? asSetting(given[key]) : asSetting(configured?.[key]),
      file: asSetting(file[key]),
      command_line: isGiven,
    }
  }
}

function asSetting(value: GivenValue | ConfigFile[Key]): Setting['in_force'] {
  return value ?? null
}

/** Whole or not at all, and with the mode that it had; where the path is a link, what it leads to. */
async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  let target = path
  let mode = 0o640
  try {
    target = await realpath(path)
    mode = (await stat(target)).mode & 0o777
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.new`)
  await removeStale(temporary)
  // Never through a link that somebody has put there.
  const file = await open(temporary, 'wx', mode)
  try {
    try {
      await file.chmod(mode)
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await unlink(temporary).catch((left: unknown) => {
      if (codeOf(left) !== 'ENOENT') throw left
    })
    throw error
  }
}

/** What an earlier process of this number left behind; anything else is not ours. */
async function removeStale(temporary: string): Promise<void> {
  try {
    if ((await lstat(temporary)).isFile()) await unlink(temporary)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
