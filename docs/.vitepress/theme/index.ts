// The fonts of the machine: the site asks nobody for anything.
import Theme from 'vitepress/theme-without-fonts';
import './site.css';

export default Theme;
