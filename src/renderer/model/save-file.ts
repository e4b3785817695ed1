/** Where a file is written to while it comes in. */
export interface FileSink {
  write(chunk: Uint8Array<ArrayBuffer>): Promise<void>
  /** The file is complete. */
  close(): Promise<void>
  /** There will be no file. Never rejects. */
  abort(): Promise<void>
}

interface FileHandle {
  createWritable(): Promise<FileSink>
}
type Picker = (options: { suggestedName: string }) => Promise<FileHandle>

/** Kept in one part of a Blob, which the browser may move to its disk. */
const PART_BYTES = 4 * 1024 * 1024

/**
 * Asks the person where to save, where the browser can do that, and then writes as it comes. Else the file is gathered
 * and then handed over as a download. Rejects with an AbortError where the person does not want it after all.
 */
export async function openSink(name: string): Promise<FileSink> {
  const { showSaveFilePicker } = window as unknown as { showSaveFilePicker?: Picker }
  if (showSaveFilePicker) {
    try {
      const handle = await showSaveFilePicker.call(window, { suggestedName: name })
      const file = await handle.createWritable()
      return {
        write: (chunk) => file.write(chunk),
        close: () => file.close(),
        abort: () => file.abort().catch(() => undefined),
      }
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error
      // Not allowed here, or too long after the click: a download always is.
    }
  }
  return downloadSink(name)
}

function downloadSink(name: string): FileSink {
  let whole = new Blob([])
  let parts: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  const pack = (): void => {
    whole = new Blob([whole, ...parts])
    parts = []
    bytes = 0
  }
  return {
    write(chunk) {
      parts.push(chunk)
      bytes += chunk.length
      if (bytes >= PART_BYTES) pack()
      return Promise.resolve()
    },
    close() {
      pack()
      const url = URL.createObjectURL(whole)
      const link = document.createElement('a')
      link.href = url
      link.download = name
      link.click()
      // The download has its own hold on the file once it has begun.
      setTimeout(() => URL.revokeObjectURL(url), 60_000)
      return Promise.resolve()
    },
    abort() {
      parts = []
      whole = new Blob([])
      return Promise.resolve()
    },
  }
}
