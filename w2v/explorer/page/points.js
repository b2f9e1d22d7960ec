// Draws many points: with WebGL where the browser has it, else on a plain canvas.
// regl-scatterplot 1.16 is 225 KB, minified, for the 4 KB here, and makes functions out of text, which the policy of
// the page (no unsafe-eval) forbids.

const VERTEX = `
attribute vec2 place; attribute vec4 colour; attribute float size;
uniform vec2 center, scale; uniform float grown, alpha;
varying vec4 shade;
void main() {
  gl_Position = vec4((place - center) * scale, 0.0, 1.0);
  gl_PointSize = size * grown;
  shade = vec4(colour.rgb, alpha);
}`;
const FRAGMENT = `
precision mediump float;
varying vec4 shade;
void main() {
  float away = length(gl_PointCoord - 0.5) * 2.0;
  float cover = 1.0 - smoothstep(0.75, 1.0, away);
  gl_FragColor = vec4(shade.rgb, 1.0) * shade.a * cover;
}`;

export function pointsOn(canvas) {
  const gl = canvas.getContext("webgl", { premultipliedAlpha: true, antialias: false });
  return gl ? new GlPoints(canvas, gl) : new PlainPoints(canvas);
}

class GlPoints {
  constructor(canvas, gl) {
    this.canvas = canvas;
    this.gl = gl;
    this.kept = {};
    this.begin();
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      this.begin();
      for (const [name, data] of Object.entries(this.kept)) this.put(name, data);
    });
  }

  begin() {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    this.uniforms = Object.fromEntries(["center", "scale", "grown", "alpha"].map((name) =>
      [name, gl.getUniformLocation(program, name)]));
    this.buffers = {};
    for (const [name, size, type] of [["place", 2, gl.FLOAT], ["colour", 4, gl.UNSIGNED_BYTE], ["size", 1, gl.FLOAT]]) {
      const at = gl.getAttribLocation(program, name);
      gl.bindBuffer(gl.ARRAY_BUFFER, (this.buffers[name] = gl.createBuffer()));
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, type, type === gl.UNSIGNED_BYTE, 0, 0);
    }
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  // Gives the numbers of all points: "place" (2 floats each), "colour" (4 bytes), "size" (1 float).
  put(name, data) {
    const { gl } = this;
    this.kept[name] = data;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
  }

  draw(count, { x, y, scale, grown, alpha }) {
    const { gl, canvas, uniforms } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(uniforms.center, x, y);
    gl.uniform2f(uniforms.scale, (2 * scale) / canvas.width, (2 * scale) / canvas.height);
    gl.uniform1f(uniforms.grown, grown);
    gl.uniform1f(uniforms.alpha, alpha);
    gl.drawArrays(gl.POINTS, 0, count);
  }
}

class PlainPoints {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.kept = {};
  }

  put(name, data) {
    this.kept[name] = data;
  }

  draw(count, { x, y, scale, grown, alpha }) {
    const { context, canvas, kept: { place, colour, size } } = this;
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.globalAlpha = alpha;
    for (let i = 0; i < count; i++) {
      const left = canvas.width / 2 + (place[2 * i] - x) * scale;
      const top = canvas.height / 2 - (place[2 * i + 1] - y) * scale;
      if (left < 0 || top < 0 || left > canvas.width || top > canvas.height) continue;
      const wide = size[i] * grown;
      context.fillStyle = `rgb(${colour[4 * i]},${colour[4 * i + 1]},${colour[4 * i + 2]})`;
      context.fillRect(left - wide / 2, top - wide / 2, wide, wide);
    }
  }
}
