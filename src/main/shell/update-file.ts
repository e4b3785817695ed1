import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import Type from 'typebox'
import { Value } from 'typebox/value'
import { parse } from 'yaml'

/** Largest file that describes a release, bytes. */
const MAX_DESCRIPTION = 64 * 1024

/** What stands in `latest.yml`, `latest-linux.yml` …, as electron-builder writes it beside the packages of a release. */
const DescriptionSchema = Type.Object({
  version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+[\\w.+-]*$' }),
  files: Type.Array(Type.Object({ url: Type.String(), sha512: Type.String({ minLength: 88, maxLength: 88 }) })),
})

/** The file is not what it should be; the message says what to do. */
export class UpdateFileError extends Error {
  override readonly name = 'UpdateFileError'
}

export interface UpdateFile {
  /** Absolute path. */
  readonly file: string
  readonly version: string
}

/** A package of a release, whole as the description beside it says. Rejects with an {@link UpdateFileError}. */
export async function verifyUpdateFile(path: string): Promise<UpdateFile> {
  const file = resolve(path)
  const isThere = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  )
  if (!isThere) throw new UpdateFileError(`There is no file ${file}.`)
  const described = await describedFile(dirname(file), basename(file))
  if (!described) {
    throw new UpdateFileError(
      `Nothing beside ${file} says what it must be. Put the release’s latest*.yml into the same folder, and do not rename the package.`,
    )
  }
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  if (hash.digest('base64') !== described.sha512) {
    throw new UpdateFileError(`${file} is damaged, or not of version ${described.version}. Copy it again.`)
  }
  return { file, version: described.version }
}

async function describedFile(dir: string, name: string): Promise<{ version: string; sha512: string } | null> {
  for (const each of (await readdir(dir)).filter((other) => other.endsWith('.yml')).toSorted()) {
    const value = await readDescription(join(dir, each))
    if (!Value.Check(DescriptionSchema, value)) continue
    // The address of a package ends with its name.
    const found = value.files.find(({ url }) => lastPart(url) === name)
    if (found) return { version: value.version, sha512: found.sha512 }
  }
  return null
}

async function readDescription(file: string): Promise<unknown> {
  try {
    if ((await stat(file)).size > MAX_DESCRIPTION) return null
    return parse(await readFile(file, 'utf8'))
  } catch {
    // Some other file; where there is no better one, that is said.
    return null
  }
}

function lastPart(url: string): string {
  const last = url.split(/[?#]/, 1)[0]?.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}

/** How a package is installed: handed to the system, or in the words that tell a person. */
export type Installing = { readonly kind: 'open' } | { readonly kind: 'tell'; readonly text: string }

export function installing({ file, version }: UpdateFile, platform: NodeJS.Platform): Installing {
  const end = /\.[^.]+$/.exec(file.replace(/\.tar\.gz$/i, '.tgz'))?.[0].toLowerCase()
  const whole = `${basename(file)} is whole: Andon ${version}.`
  const after = 'Then start Andon again.'
  if (platform === 'win32' && end === '.exe') return { kind: 'open' }
  if (platform === 'darwin' && end === '.dmg') return { kind: 'open' }
  if (platform === 'linux') {
    const quoted = `'${file.replaceAll("'", String.raw`'\''`)}'`
    if (end === '.deb') return { kind: 'tell', text: `${whole} Install it: sudo apt install ${quoted} ${after}` }
    if (end === '.rpm') return { kind: 'tell', text: `${whole} Install it: sudo dnf install ${quoted} ${after}` }
    if (end === '.appimage') {
      return { kind: 'tell', text: `${whole} Put it in the place of the present one: chmod +x ${quoted} ${after}` }
    }
  }
  if (end === '.tgz' || end === '.zip') {
    return { kind: 'tell', text: `${whole} Unpack it in the place of the present one. ${after}` }
  }
  return { kind: 'tell', text: `${whole} It is not for this system.` }
}
