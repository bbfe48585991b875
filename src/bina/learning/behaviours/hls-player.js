// Plays HLS where the browser cannot by itself; loaded by video.js when somebody presses play, and only then.
import Hls from "hls.js/light";

const AGAIN_AFTER = 10_000;

// Without a worker: the content policy allows no scripts that are made on the page.
export default function attach(player, address, failed) {
  if (!Hls.isSupported()) return false;
  const stream = new Hls({ enableWorker: false, maxBufferLength: 20, maxMaxBufferLength: 40 });
  let hasPieces = false, isMended = false;
  const goOn = () => {
    clearTimeout(timer);
    window.removeEventListener("online", goOn);
    stream.startLoad();
  };
  let timer = 0;
  stream.on(Hls.Events.FRAG_BUFFERED, () => { hasPieces = true; });
  stream.on(Hls.Events.ERROR, (_event, data) => {
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.NETWORK_ERROR && hasPieces) {
      // The line is gone. What was loaded plays to its end, and the next piece is asked for when the line is back.
      window.addEventListener("online", goOn);
      timer = setTimeout(goOn, AGAIN_AFTER);
    } else if (data.type === Hls.ErrorTypes.MEDIA_ERROR && !isMended) {
      isMended = true;
      stream.recoverMediaError();
    } else {
      stream.destroy();
      failed();
    }
  });
  stream.loadSource(address);
  stream.attachMedia(player);
  return true;
}
