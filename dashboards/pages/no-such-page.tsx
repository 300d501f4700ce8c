/** An address that leads nowhere says so, rather than showing another page. */
import {useLocation} from 'wouter';
import {Empty} from '../parts/answer.tsx';
import {Heading} from '../parts/heading.tsx';
import {useQuestion} from '../question.ts';

export function NoSuchPage({places}: {places: readonly {path: string; name: string}[]}) {
  const [path] = useLocation();
  const {href} = useQuestion();
  return (
    <>
      <Heading name="No such page">No such page</Heading>
      <Empty title={`Nothing is at ${path}`}>
        <p>The address may be misspelt, or of another version. The pages are:</p>
        <p>
          {places.map((place, k) => (
            <span key={place.path}>
              {k > 0 && ' · '}
              <a href={href(place.path)}>{place.name}</a>
            </span>
          ))}
        </p>
      </Empty>
    </>
  );
}
