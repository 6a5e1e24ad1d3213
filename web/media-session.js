// @ts-check
/*
 * media-session - lets the keyboard's and the phone's media keys play and stop, where there is
 * such a thing, and tells the system what sounds.
 */

/** @param {{play: () => void, stop: () => void}} actions */
export function bindMediaKeys({ play, stop }) {
  const session = navigator.mediaSession;
  if (!session) return;
  session.setActionHandler('play', play);
  session.setActionHandler('pause', stop);
  session.setActionHandler('stop', stop);
}

/** @param {boolean} isPlaying @param {string} piece "A aeolian · 70 bpm" */
export function announceMedia(isPlaying, piece) {
  const session = navigator.mediaSession;
  if (!session) return;
  session.playbackState = isPlaying ? 'playing' : 'paused';
  if (session.metadata?.artist === piece) return;
  session.metadata = new MediaMetadata({
    title: 'Auralis',
    artist: piece,
    album: 'Live station',
  });
}
