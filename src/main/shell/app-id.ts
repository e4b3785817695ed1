/** The program's name among all programs, as its packages have it too. */
export const APP_ID = 'io.andon.panel'
