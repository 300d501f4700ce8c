/** What a person sees while waiting: on stderr, one line that changes where it is a terminal. */
export interface Progress {
  say: (line: string) => void;
  show: (done: number, total: number, what: string) => void;
  end: () => void;
}

const EVERY_MS = 200;

export function progressOn(stream: NodeJS.WriteStream): Progress {
  let shownMs = 0;
  let isOpen = false;
  const end = () => {
    if (isOpen) stream.write('\r\u001b[K');
    isOpen = false;
  };
  return {
    end,
    say: line => {
      end();
      stream.write(`${line}\n`);
    },
    show: (done, total, what) => {
      if (!stream.isTTY || (Date.now() - shownMs < EVERY_MS && done < total)) return;
      shownMs = Date.now();
      isOpen = true;
      stream.write(`\r\u001b[K${what}: ${done} of ${total}`);
    },
  };
}
