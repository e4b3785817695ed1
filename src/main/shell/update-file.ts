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

/** Why a file is no update, by its absolute path. */
export type FileProblem =
  | { readonly kind: 'missing' | 'undescribed'; readonly file: string }
  | { readonly kind: 'damaged'; readonly file: string; readonly version: string }

/** The file is not what it should be. */
export class UpdateFileError extends Error {
  override readonly name = 'UpdateFileError'

  constructor(readonly problem: FileProblem) {
    super(`${problem.kind}: ${problem.file}`)
  }
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
  if (!isThere) throw new UpdateFileError({ kind: 'missing', file })
  const described = await describedFile(dirname(file), basename(file))
  if (!described) throw new UpdateFileError({ kind: 'undescribed', file })
  const { version } = described
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  if (hash.digest('base64') !== described.sha512) {
    throw new UpdateFileError({ kind: 'damaged', file, version })
  }
  return { file, version }
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

/** What a person does with a package. */
export type Handing =
  /** Run a command; or run it on the file that they have put in the place of the present one. */
  | { readonly kind: 'command' | 'replace'; readonly command: string }
  /** Unpack it; or nothing, for it is of another system. */
  | { readonly kind: 'unpack' | 'foreign' }

/** How a package is installed: handed to the system, or by hand. */
export type Installing = { readonly kind: 'open' } | Handing

export function installing({ file }: UpdateFile, platform: NodeJS.Platform): Installing {
  const end = /\.[^.]+$/.exec(file.replace(/\.tar\.gz$/i, '.tgz'))?.[0].toLowerCase()
  if (platform === 'win32' && end === '.exe') return { kind: 'open' }
  if (platform === 'darwin' && end === '.dmg') return { kind: 'open' }
  if (platform === 'linux') {
    const quoted = `'${file.replaceAll("'", String.raw`'\''`)}'`
    if (end === '.deb') return { kind: 'command', command: `sudo apt install ${quoted}` }
    if (end === '.rpm') return { kind: 'command', command: `sudo dnf install ${quoted}` }
    if (end === '.appimage') return { kind: 'replace', command: `chmod +x ${quoted}` }
  }
  return { kind: end === '.tgz' || end === '.zip' ? 'unpack' : 'foreign' }
}
