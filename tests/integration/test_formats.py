"""What the daemons really print is what the schemas say, by the word of an independent validator."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

import recording
import station

HERE = os.path.dirname(os.path.abspath(__file__))


class Formats(unittest.TestCase):
    def validate(self, samples):
        """samples: (schema, value); returns how many there were of each schema."""
        node = shutil.which('node')
        if node is None or not os.path.exists(os.path.join(HERE, '..', 'node_modules', 'ajv')):
            self.skipTest('node or tests/node_modules is missing: npm ci in tests/')
        with tempfile.NamedTemporaryFile('w', suffix='.jsonl') as file:
            for schema, value in samples:
                file.write(json.dumps({'schema': schema, 'value': value}) + '\n')
            file.flush()
            result = subprocess.run([node, os.path.join(HERE, 'validate.mjs'), file.name], text=True,
                                    check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(result.returncode, 0, result.stdout)
        return json.loads(result.stdout.splitlines()[-1])

    def test_composed_files(self):
        samples = []
        for mode in ('ionian', 'aeolian', 'phrygian'):
            for line in station.compose('--seed', '42', '--minutes', '2', '--set', f'params.mode={mode}'):
                event = json.loads(line)
                samples.append((f'{event["type"]}.json', event))
        counts = self.validate(samples)
        self.assertGreaterEqual(counts['params.json'], 3)
        self.assertGreaterEqual(counts['phrase.json'], 9)

    def test_the_bus_the_journal_and_the_web_socket(self):
        samples = []
        with station.Station('preset dawn.bpm=62') as auralis:
            events = auralis.events()
            listeners = [recording.Listener(auralis.url, form) for form in ('json', 'pcm')]
            for listener in listeners:
                listener.wait_seconds(1)
            requests = [{'op': 'get'}, {'op': 'set', 'params': {'key': 'F#', 'brightness': 0.25}},
                        {'op': 'set', 'params': {'preset': 'sleep'}}, {'op': 'set', 'params': {'bpm': 500}},
                        {'op': 'set', 'params': {'preset': 'dawn'}}, {'op': 'next'}, {'op': 'snapshot', 'from': 0}]
            for number, request in enumerate(requests):
                request = {'v': 1, 'id': f'r{number}', 'origin': 'test', **request}
                reply = json.loads(auralis.request(request))
                samples.append(('control-request.json', request) if reply['ok'] else
                               ('control-reply.json', reply))
                samples.append(('snapshot.json' if request['op'] == 'snapshot' else 'control-reply.json', reply))
            listeners[0].send({'type': 'control', 'id': 'a', 'space': 0.3})
            listeners[0].send({'type': 'control', 'id': 'b', 'space': 3})
            listeners[0].send({'type': 'ping', 'id': 'p'})
            listeners[0].send({'type': 'status'})
            listeners[0].send({'type': 'token', 'token': 'any', 'id': 't'})
            listeners[0].send('rubbish')
            for kind in ('control_ack', 'pong', 'status', 'token_ack', 'error', 'params', 'phrase'):
                listeners[0].wait_message(kind)
            heartbeat = events.wait(lambda event: event['type'] == 'heartbeat')
            samples.append(('heartbeat.json', heartbeat))
            while (event := events.next()) is not None:
                samples.append((f'{event["type"]}.json', event))
            for listener in listeners:
                listener.finish()
                samples += [('ws-server.json', message) for _, message in listener.messages]
            for line in auralis.journal():
                event = json.loads(line)
                samples.append((f'{event["type"]}.json', event))
            samples.append(('parameters.json', auralis.get('/api/control')['params']))
        counts = self.validate(samples)
        for schema in ('phrase.json', 'params.json', 'heartbeat.json', 'snapshot.json', 'ws-server.json'):
            self.assertGreater(counts.get(schema, 0), 0, schema)


if __name__ == '__main__':
    station.main()
