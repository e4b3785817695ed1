import { type FSWatcher, watch } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, parse, relative, sep } from 'node:path'
import type { Log } from '../core/log.ts'

/** How often somebody has to look by themselves where the system does not tell of changes. */
const LOOK_MS = 5_000

export interface PathWatch {
  /**
   * Watches the folders that the path leads through now. To be called before each look at the file, so that nothing that
   * happens afterwards is missed: a folder may have appeared, or have become another of the same name.
   */
  follow(): Promise<void>
  /** Idempotent. */
  close(): void
}

interface Watched {
  readonly watcher: FSWatcher
  readonly identity: string
}

/**
 * Tells when the file at a path may have become another one: written, replaced by a rename, created, removed. It is its
 * folder that is watched, since editors and symbolic links put another file in its place; while that is not there, the
 * nearest folder above it that is. `named`: the change was said to be of this very name.
 */
export function watchPath(path: string, changed: (named: boolean) => void, log: Log): PathWatch {
  const watched = new Map<string, Watched>()
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let told = false

  const lookLater = (error: unknown): void => {
    if (!told) log.warn({ err: error, path }, `changes of the file are looked for every ${LOOK_MS / 1000} s`)
    told = true
    timer ??= setTimeout(() => {
      timer = undefined
      changed(false)
    }, LOOK_MS).unref()
  }
  const drop = (folder: string): void => {
    watched.get(folder)?.watcher.close()
    watched.delete(folder)
  }
  const open = (folder: string, identity: string, name: string, onlyName: boolean): void => {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, about) => {
        // Of a folder that goes the system tells under its own name. What comes after it may even get its inode.
        const itself = about === basename(folder)
        if (itself && watched.get(folder)?.watcher === watcher) drop(folder)
        const named = about === null || about === name
        if (named || itself || !onlyName) changed(named)
      })
      watcher.on('error', () => {
        if (watched.get(folder)?.watcher === watcher) drop(folder)
        changed(false)
      })
      watched.set(folder, { watcher, identity })
    } catch (error) {
      lookLater(error)
    }
  }
  const follow = async (): Promise<void> => {
    const wanted = new Map<string, { readonly identity: string; readonly name: string; readonly onlyName: boolean }>()
    const want = async (file: string): Promise<void> => {
      const above = await nearestFolder(dirname(file))
      const [name = ''] = relative(above.folder, file).split(sep)
      wanted.set(above.folder, { identity: above.identity, name, onlyName: join(above.folder, name) !== file })
    }
    await want(path)
    const real = await realpath(path).catch(() => path)
    if (dirname(real) !== dirname(path)) await want(real)
    if (closed) return
    for (const [folder, { identity }] of watched) if (wanted.get(folder)?.identity !== identity) drop(folder)
    for (const [folder, { identity, name, onlyName }] of wanted) {
      if (!watched.has(folder)) open(folder, identity, name, onlyName)
    }
  }

  return {
    follow,
    close: () => {
      closed = true
      clearTimeout(timer)
      for (const folder of watched.keys()) drop(folder)
    },
  }
}

/** The folder, or the nearest one above it that is there, and what tells it from another of the same name. */
async function nearestFolder(folder: string): Promise<{ readonly folder: string; readonly identity: string }> {
  try {
    const found = await stat(folder, { bigint: true })
    if (found.isDirectory()) return { folder, identity: `${found.dev}:${found.ino}` }
  } catch (error) {
    if (folder === parse(folder).root) throw error
  }
  return nearestFolder(dirname(folder))
}
