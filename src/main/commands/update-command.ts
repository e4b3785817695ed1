import { installing, UpdateFileError, verifyUpdateFile } from '../shell/update-file.ts'
import { UsageError } from '../usage-error.ts'
import type { CommandEnd } from './command-end.ts'

/** `update FILE`: says whether a package is whole and how it is installed; for plants without internet. Installs nothing. */
export async function updateCommand(
  args: readonly string[],
  platform: NodeJS.Platform = process.platform,
): Promise<CommandEnd> {
  const [path, ...more] = args
  if (path === undefined || path.startsWith('-') || more.length > 0) throw new UsageError('Write: update FILE')
  try {
    const update = await verifyUpdateFile(path)
    const how = installing(update, platform)
    const text =
      how.kind === 'tell' ? how.text : `${update.file} is whole: Andon ${update.version}. Open it to install it.`
    return { code: 0, text: `${text}\n` }
  } catch (error) {
    if (error instanceof UpdateFileError) return { code: 1, text: `andon: ${error.message}\n` }
    throw error
  }
}
