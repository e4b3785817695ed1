import { bodyText } from './event.ts'

/** True where an event's body contains the text, which must be in lower case. */
export function containsText(eventText: string, lowerCase: string): boolean {
  const body = bodyText(eventText)
  // Python writes what is not ASCII as \uXXXX: people search for the letters.
  const readable = body.includes('\\u') ? JSON.stringify(JSON.parse(body)) : body
  return readable.toLowerCase().includes(lowerCase)
}
