// A picture to send without having one at hand: a jug of the shop, drawn on a table.
export function sampleFile() {
  return new Promise((resolve, reject) => {
    const jug = new Image();
    jug.onerror = () => reject(new Error("the sample could not be drawn"));
    jug.onload = () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 960, height: 720 });
      const paint = canvas.getContext("2d");
      paint.fillStyle = "#d9cfc1";
      paint.fillRect(0, 0, 960, 720);
      paint.fillStyle = "#a98f6f";
      paint.fillRect(0, 520, 960, 200);
      paint.drawImage(jug, 250, 110, 460, 460);
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the sample could not be drawn"))), "image/jpeg", 0.85);
    };
    jug.src = "/static/phone/products/jug.svg";
  });
}
